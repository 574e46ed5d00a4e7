package mail_test

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	_ "modernc.org/sqlite"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/notify/mail"
)

// TestOutage_AServerThatHangsHoldsNothingElseAndLosesNothing has a server that falls
// silent at the text for half an hour.
func TestOutage_AServerThatHangsHoldsNothingElseAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging, working := newServer(t, mail.StartTLS), newServer(t, mail.StartTLS)
		hanging.silent = "text"
		db, err := sql.Open("sqlite", "file:"+url.PathEscape(filepath.Join(t.TempDir(), "ktops.db"))+"?_pragma=journal_mode(WAL)&_txlock=immediate")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		log := logrus.New()
		log.SetOutput(t.Output())
		o, err := notify.Open(t.Context(), db, notify.Options{Log: logrus.NewEntry(log), Routes: []notify.Route{
			route(t, "hanging", hanging), route(t, "working", working),
		}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = o.Run(ctx) })
		for _, key := range []string{"a", "b"} {
			n := notify.Notice{Key: key, Environment: "production", Kind: notify.Alarm, At: time.Now(), Deadline: time.Now().Add(72 * time.Hour)}
			if err := o.Raise(t.Context(), n); err != nil {
				t.Fatal(err)
			}
		}
		<-time.After(time.Minute)
		if n := working.count(); n != 4 {
			t.Errorf("the other server has %d letters", n)
		}
		<-time.After(30 * time.Minute)
		if n := hanging.count(); n != 0 {
			t.Errorf("the hanging server has %d letters", n)
		}
		hanging.mu.Lock()
		hanging.silent = ""
		hanging.mu.Unlock()
		<-time.After(5 * time.Minute)
		if n := hanging.count(); n != 4 {
			t.Errorf("when it answers again it has %d letters", n)
		}
		cancel()
		running.Wait()
		hanging.serving.Wait()
		working.serving.Wait()
	})
}

func route(t *testing.T, name string, s *server) notify.Route {
	t.Helper()
	channel, err := mail.New(s.settings(), "ktops.example.com")
	if err != nil {
		t.Fatal(err)
	}
	return notify.Route{Name: name, Audience: notify.Operators, Channel: channel, Recipients: []string{"a@example.com", "b@example.com"}}
}
