package notify_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/notify"
)

// victim names the database of a process that kills itself, and moment when.
const (
	victim = "KTOPS_TEST_VICTIM"
	moment = "KTOPS_TEST_MOMENT"
)

// letterbox is the other side: a file with a line for each message that arrived.
type letterbox struct {
	file string
	die  string
}

func (l letterbox) Send(_ context.Context, m notify.Message) error {
	if l.die == "before it arrived" {
		die()
	}
	f, err := os.OpenFile(l.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.WriteString(f, m.Key+"\n"); err != nil {
		return err
	}
	if l.die == "after it arrived" {
		die()
	}
	return nil
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // until the signal arrives
}

// beKilled is the process that is killed at a moment of sending two notices.
func beKilled(file string) {
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(file)+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		panic(err)
	}
	log := logrus.New()
	log.SetOutput(io.Discard)
	routes := []notify.Route{operators("ops", letterbox{file + ".letters", os.Getenv(moment)})}
	o, err := notify.Open(context.Background(), db, notify.Options{Routes: routes, Log: logrus.NewEntry(log)})
	if err != nil {
		panic(err)
	}
	for _, key := range []string{"a", "b"} {
		if err := o.Raise(context.Background(), alarm(key, time.Hour)); err != nil {
			panic(err)
		}
	}
	if os.Getenv(moment) == "before it was sent" {
		die()
	}
	_ = o.Run(context.Background())
}

func TestOutbox_KilledWhileSending(t *testing.T) {
	for when, want := range map[string]string{
		"before it was sent": "a b",
		"before it arrived":  "a b",
		"after it arrived":   "a a b", // again under the same key, by which the other side knows it
	} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "ktops.db")
			command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
			command.Env = append(os.Environ(), victim+"="+file, moment+"="+when)
			out, err := command.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Fatalf("it was not killed: %v\n%s", err, out)
			}
			for range 2 { // the second start has nothing left to send
				sendAll(t, file)
			}
			letters, err := os.ReadFile(file + ".letters")
			if got := strings.Join(strings.Fields(string(letters)), " "); err != nil || got != want {
				t.Errorf("arrived: %s, want %s (%v)", got, want, err)
			}
		})
	}
}

// sendAll runs an outbox until nothing is left to send.
func sendAll(t *testing.T, file string) {
	t.Helper()
	db := database(t, file)
	defer db.Close()
	log := logrus.New()
	log.SetOutput(t.Output())
	o, err := notify.Open(t.Context(), db, notify.Options{Routes: []notify.Route{operators("ops", letterbox{file: file + ".letters"})}, Log: logrus.NewEntry(log)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	for ctx.Err() == nil {
		told, err := o.History(ctx, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		left := 0
		for _, d := range told {
			if d.State != "sent" {
				left++
			}
		}
		if left == 0 && len(told) == 2 {
			cancel()
		}
		<-time.After(10 * time.Millisecond)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("not everything was sent: %v", err)
	}
}
