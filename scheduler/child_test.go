package scheduler_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler"
	"github.com/keeptrusts/ktops/scheduler/calendar"
)

// How far a child process gets before it tells so and waits to be killed.
const (
	childStage = "KTOPS_SCHEDULER_STAGE"
	childFile  = "KTOPS_SCHEDULER_FILE"

	claimed  = "claimed"  // nothing was done
	acted    = "acted"    // the backup was taken
	recorded = "recorded" // and it is known that it was
)

// victim is the domain of a process that is killed.
type victim struct {
	*desk
	stage string
}

func (v victim) Backup(ctx context.Context, environment string, by ops.Actor, report func(ops.Progress)) (ops.Backup, error) {
	v.reach(claimed)
	backup, err := v.desk.Backup(ctx, environment, by, report)
	v.reach(acted)
	return backup, err
}

func (v victim) Verify(ctx context.Context, environment string) (ops.Report, error) {
	v.reach(recorded)
	return v.desk.Verify(ctx, environment)
}

// reach tells the parent that the stage is reached, and goes no further.
func (v victim) reach(stage string) {
	if v.stage == stage {
		fmt.Println(v.times(ops.ChoreBackup))
		select {}
	}
}

// child opens a window and gets as far as it shall.
func child(stage, file string) int {
	if err := runChild(stage, file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func runChild(stage, file string) error {
	db, err := open(file)
	if err != nil {
		return err
	}
	schedule, err := calendar.Parse("0 0 29 2 *", "UTC")
	if err != nil {
		return err
	}
	log := logrus.New()
	log.SetOutput(io.Discard)
	s, err := scheduler.Open(context.Background(), db, scheduler.Options{Log: logrus.NewEntry(log), Plan: scheduler.Plan{Windows: []scheduler.Window{{
		Environment: "production", Name: "nightly", Schedule: schedule, Duration: time.Hour, Does: []ops.Chore{ops.ChoreBackup, ops.ChoreVerify},
	}}}})
	if err != nil {
		return err
	}
	v := victim{newDesk(), stage}
	clear(v.takes)
	s.SetOperator(v)
	if _, err := s.RunWindow(context.Background(), "production", "nightly", alice, ""); err != nil {
		return err
	}
	return s.Run(context.Background())
}

// Only between the act and its record a chore is done again: a backup more than asked
// for. What an upgrade does is kept by its run.
func TestKill_AnotherProcessGoesOnWithinAMinute(t *testing.T) {
	for stage, backups := range map[string]int{claimed: 1, acted: 2, recorded: 1} {
		t.Run(stage, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "ktops.db")
			done := killed(t, stage, file)
			now := time.Now()
			storyOn(t, file, func(t *testing.T, w *world) {
				w.desk.takes[ops.ChoreBackup], w.desk.takes[ops.ChoreVerify] = 0, 0
				w.setClock(now.Sub(w.now()))
				d := w.start(scheduler.Plan{})
				pass(time.Minute)
				o := d.only(t)
				if o.State != ops.Used || len(o.Chores) != 2 || done+w.desk.times(ops.ChoreBackup) != backups || w.desk.times(ops.ChoreVerify) != 1 {
					t.Errorf("%+v after %d and %v", o, done, w.desk.done())
				}
			})
		})
	}
}

// killed is how many backups a process took that was killed at a stage.
func killed(t *testing.T, stage, file string) (backups int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childStage+"="+stage, childFile+"="+file)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Errorf("the child said nothing: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // killed: an error by nature
	if _, err := fmt.Sscan(line, &backups); err != nil {
		t.Fatalf("the child said %q", line)
	}
	return backups
}
