package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/ops"
)

const (
	redrawEvery = 250 * time.Millisecond
	// lookEvery is how often the journal is looked at beside the updates: another
	// process may have the run, or the daemon was restarted.
	lookEvery = 2 * time.Second
	// patience is how long a daemon may be away while a run is watched.
	patience = 2 * time.Minute
)

// view shows a run as it goes on.
type view interface {
	Show(u ops.Update) error
	Tick() error
}

// jsonLines is a view for programs: every update on a line.
type jsonLines struct{ inv *invocation }

func (j jsonLines) Show(u ops.Update) error { return writeJSON(j.inv.Out, u, "") }
func (j jsonLines) Tick() error             { return nil }

func (inv *invocation) view() view {
	switch {
	case inv.json:
		return jsonLines{inv}
	case inv.terminal():
		return console.NewLive(inv.Out, inv.style(), inv.columns)
	}
	return console.NewLines(inv.Out)
}

// watching is one run being followed.
type watching struct {
	inv     *invocation
	session *session
	view    view
	run     ops.Run
	updates <-chan ops.Update // nil while the daemon is away
	seen    time.Time         // when the service last answered
	asked   bool              // to hold, by Ctrl-C
	// over reports whether a person need not watch any longer.
	over func(ops.Run) bool
	// interrupted is what Ctrl-C does.
	interrupted func(context.Context) error
}

// follow shows a run until it ends or is held, and ends with its outcome.
func (inv *invocation) follow(ctx context.Context, s *session, run ops.Run) error {
	w := inv.watching(s, run)
	w.interrupted = w.interrupt
	w.over = func(r ops.Run) bool { return over(r) || r.State == ops.Scheduled } // days may pass
	return w.untilOver(ctx)
}

// lookOn is follow for somebody who only looks: Ctrl-C leaves the run alone.
func (inv *invocation) lookOn(ctx context.Context, s *session, id string) error {
	run, err := s.Run(ctx, id)
	if err != nil {
		return err
	}
	w := inv.watching(s, run)
	w.interrupted = func(context.Context) error {
		return w.leave(exitDone, "Stopped watching. Watch it again with: ktops history %s --follow", id)
	}
	return w.untilOver(ctx)
}

func (inv *invocation) watching(s *session, run ops.Run) *watching {
	return &watching{inv: inv, session: s, view: inv.view(), run: run, seen: time.Now(), over: over}
}

func (w *watching) untilOver(ctx context.Context) error {
	interrupts, giveBack := w.inv.interrupts.take()
	defer giveBack()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if err := w.begin(ctx); err != nil {
		return err
	}
	redraw, look := time.NewTicker(redrawEvery), time.NewTicker(lookEvery)
	defer redraw.Stop()
	defer look.Stop()
	for !w.over(w.run) {
		var err error
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case u, open := <-w.updates:
			err = w.update(u, open)
		case <-redraw.C:
			err = w.view.Tick()
		case <-look.C:
			err = w.look(ctx)
		case <-interrupts:
			err = w.interrupted(ctx)
		}
		if err != nil {
			return err
		}
	}
	return w.inv.outcome(w.run)
}

// over reports whether a person need not watch any longer.
func over(r ops.Run) bool {
	return !r.State.Open() || (r.State == ops.Held && r.Asked == "")
}

// begin subscribes before it looks, so that nothing is missed between.
func (w *watching) begin(ctx context.Context) error {
	w.updates = w.session.Watch(ctx, w.run.ID)
	run, err := w.session.Run(ctx, w.run.ID)
	if err != nil { // the daemon may be restarting, and the run is known
		if err := w.unseen(ctx, err); err != nil {
			return err
		}
		run = w.run
	}
	w.run = run
	if err := w.view.Show(ops.Update{Run: run, Remaining: remaining(run)}); err != nil {
		return err
	}
	if run.State != ops.Proposed || w.inv.terminal() {
		return nil // a live view tells it itself, and nothing may come between it and the next
	}
	return w.inv.say("%s waits for approval. Somebody else types: %s", run.ID, console.ToApprove(run))
}

func (w *watching) update(u ops.Update, open bool) error {
	if !open {
		w.updates = nil // look subscribes again
		return nil
	}
	w.seen = time.Now()
	if u.Run.Seq < w.run.Seq {
		return nil
	}
	w.run = u.Run
	return w.view.Show(u)
}

// look reads the run anew, and subscribes anew when the daemon was away.
func (w *watching) look(ctx context.Context) error {
	lost := w.updates == nil
	if lost {
		w.updates = w.session.Watch(ctx, w.run.ID)
	}
	run, err := w.session.Run(ctx, w.run.ID)
	if err != nil {
		return w.unseen(ctx, err)
	}
	w.seen = time.Now()
	if run.Seq <= w.run.Seq {
		return nil
	}
	w.run = run
	return w.view.Show(ops.Update{Run: run, Remaining: remaining(run)})
}

// unseen judges why the run could not be read. Without an error it is asked again.
func (w *watching) unseen(ctx context.Context, err error) error {
	var refusal *ops.Refusal
	switch {
	case errors.As(err, &refusal) || ctx.Err() != nil:
		return err
	case time.Since(w.seen) > patience:
		return fmt.Errorf("run %s is in the journal, and the next ktops serve goes on with it: %w", w.run.ID, err)
	}
	return nil
}

// interrupt is Ctrl-C. The daemon goes on by itself; alone, the first holds the
// run after its step, and the second stops at once.
func (w *watching) interrupt(ctx context.Context) error {
	id := w.run.ID
	switch {
	case w.session.local == nil && !w.run.ReopensAt().IsZero():
		return w.leave(exitFailed, "Stopped watching; the edge stays closed until %s. Open it with: ktops maintenance off", console.Time(w.run.ReopensAt()))
	case w.session.local == nil:
		return w.leave(exitFailed, "Stopped watching; the run goes on. Watch it again with: ktops history %s --follow", id)
	case w.run.State == ops.Proposed:
		return w.leave(exitFailed, "The proposal waits until it expires: ktops approve %s, or ktops abort %s", id, id)
	case w.asked:
		w.session.stop()
		return w.leave(exitFailed, "Stopped. The run is in the journal: ktops resume %s goes on with it, or ktops abort %s", id, id)
	}
	w.asked = true
	if w.run.Request.Maintenance != nil {
		return w.reopen(ctx)
	}
	if _, err := w.session.Hold(ctx, id, w.session.by, "interrupted on the command line"); err != nil {
		return w.inv.say("%v. Ctrl-C again stops at once.", err)
	}
	return w.inv.say("Holding after this step. Ctrl-C again stops at once.")
}

// reopen ends a maintenance that nobody else would end.
func (w *watching) reopen(ctx context.Context) error {
	if _, err := w.session.Reopen(ctx, w.run.Request.Environment, w.session.by, "interrupted on the command line"); err != nil {
		return w.inv.say("%v. Ctrl-C again stops at once.", err)
	}
	return w.inv.say("Opening the edge. Ctrl-C again stops at once.")
}

func (w *watching) leave(code int, format string, args ...any) error {
	if err := w.inv.say(format, args...); err != nil {
		return err
	}
	return &ended{code}
}

// outcome tells how the run ended, and is its exit code.
func (inv *invocation) outcome(r ops.Run) error {
	if !inv.json {
		if err := write(inv.Out, "\n"+console.Ended(inv.style(), r)); err != nil {
			return err
		}
	}
	switch r.State {
	case ops.Succeeded, ops.Scheduled:
		return nil
	case ops.Rejected, ops.Expired, ops.Void:
		return &ended{exitRefused}
	}
	return &ended{exitFailed}
}

// remaining is the estimate of what is not done, where no update tells a better one.
func remaining(r ops.Run) time.Duration {
	var left time.Duration
	for _, step := range r.Steps {
		if step.State == ops.StepPending || step.State == ops.StepStarted {
			left += step.Estimate
		}
	}
	return left
}
