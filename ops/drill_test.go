package ops_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/keeptrusts/ktops/ops"
)

func (s slow) Drill(ctx context.Context, name string, _ func(ops.Progress)) (ops.Drill, error) {
	b, err := s.Create(ctx, name, nil)
	return ops.Drill{File: b.File}, err
}

func TestDrill_HoldsTheLeaseAndEndsWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, m := newWorld(t), newMemory()
		env := w.environment(onePerson())
		env.Backups = slow{takes: 10 * ops.LeaseTTL}
		o := newOperator(m, m, env)
		drill := func() error {
			d, err := o.Drill(t.Context(), "production", "nightly", ops.Ktops(), func(ops.Progress) {})
			if err == nil && d.File != "nightly" {
				t.Errorf("the drill is %+v", d)
			}
			return err
		}
		done := make(chan error, 1)
		go func() { done <- drill() }()
		time.Sleep(5 * ops.LeaseTTL)
		refusal(t, drill())
		if err := <-done; err != nil {
			t.Error(err)
		}
		go func() { done <- drill() }()
		synctest.Wait()
		if _, err := o.Unlock(t.Context(), "production", bob, "it hangs"); err != nil {
			t.Fatal(err)
		}
		if err := <-done; !errors.Is(err, ops.ErrFenced) {
			t.Error(err)
		}
		_, err := o.Drill(t.Context(), "production", "", mallory, func(ops.Progress) {})
		refusal(t, err)
	})
}

func TestDrill_TellsWhoHadItDoneAndHowItEnded(t *testing.T) {
	w, m := newWorld(t), newMemory()
	env := w.environment(onePerson())
	log, said := logtest.NewNullLogger()
	for _, c := range []struct {
		found ops.Level
		want  string
	}{
		{ops.Warn, "info restore drill done U_BOB newest <nil>"},
		{ops.Fail, "warning restore drill failed U_BOB newest rows: 4 instead of 5"},
	} {
		env.Backups = drilled{found: ops.Finding{Check: "rows", Level: c.found, Fact: "4 instead of 5"}}
		o := ops.NewOperator(ops.OperatorOptions{Journal: m, Leases: m, Environments: []ops.Environment{env}, Log: logrus.NewEntry(log)})
		d, err := o.Drill(t.Context(), "production", "", bob, func(ops.Progress) {})
		if err != nil || len(d.Checks) != 2 {
			t.Errorf("the drill is %+v (%v)", d, err)
		}
		e := said.LastEntry()
		if got := fmt.Sprint(e.Level, " ", e.Message, " ", e.Data["by"], " ", e.Data["backup"], " ", e.Data["error"]); got != c.want {
			t.Errorf("it says %q, want %q", got, c.want)
		}
	}
}

// drilled is a backup that a drill finds something in.
type drilled struct {
	ops.Backups
	found ops.Finding
}

func (d drilled) Drill(context.Context, string, func(ops.Progress)) (ops.Drill, error) {
	return ops.Drill{File: "newest", Checks: []ops.Finding{{Check: "restore", Level: ops.Pass}, d.found}}, nil
}
