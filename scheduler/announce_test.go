package scheduler_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func (w *world) deafen(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deaf = err
}

func TestAnnouncer_IsAskedUntilItTookItAlsoAfterARestart(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly()
		d := w.start(plan)
		w.desk.breaks(ops.ChoreBackup, errTest)
		w.deafen(errors.New("raise a notice: disk is full"))
		w.passUntil("2000-01-01 02:30")
		d.stop()
		w.start(plan)
		w.passUntil("2000-01-01 03:00")
		if told := w.told(); len(told) != 0 {
			t.Fatalf("%+v", told)
		}
		w.deafen(nil)
		pass(21 * time.Second)
		if told := w.told(); len(told) != 1 || told[0].State != ops.BrokeDown || told[0].Environment != "production" || told[0].Reason == "" {
			t.Errorf("%+v", told)
		}
		pass(12 * time.Hour)
		if told := w.told(); len(told) != 1 {
			t.Errorf("%+v", told)
		}
	})
}

func TestAnnouncer_ThatIsThereLaterIsToldToo(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly())
		d.SetAnnouncer(nil)
		w.desk.breaks(ops.ChoreBackup, errTest)
		w.passUntil("2000-01-01 12:00")
		d.SetAnnouncer(w)
		pass(time.Second)
		if told := w.told(); len(told) != 1 {
			t.Errorf("%+v", told)
		}
	})
}

// picky does not take what happened in one window.
type picky struct {
	*world
	refuses string
}

func (p picky) Raise(ctx context.Context, o ops.Occurrence) error {
	if o.Window == p.refuses {
		return errTest
	}
	return p.world.Raise(ctx, o)
}

func TestAnnouncer_WhatItDoesNotTakeHoldsUpNothingElse(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly()
		plan.Windows = append(plan.Windows, w.window("drill", "0 4 * * *", time.Hour, ops.ChoreDrill))
		d := w.start(plan)
		d.SetAnnouncer(picky{w, "nightly"})
		w.desk.breaks(ops.ChoreBackup, errTest)
		w.desk.breaks(ops.ChoreDrill, errTest)
		w.passUntil("2000-01-01 05:00")
		if told := w.told(); len(told) != 1 || told[0].Window != "drill" {
			t.Errorf("%+v", told)
		}
	})
}
