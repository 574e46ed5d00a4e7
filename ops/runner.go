package ops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// runner executes one run. It holds nothing that the journal does not: after a
// crash another one goes on from the events.
type runner struct {
	operator *Operator
	env      Environment
	id       string
	token    int64
	log      *logrus.Entry
	probing  Probing
}

// What ends the context of a step that a person wants to end.
var (
	errAborted  = errors.New("aborted")
	errReopened = errors.New("reopened")
	errHeldNow  = errors.New("held")
)

// execute takes the run up wherever it is, and goes on until it ends, is held, or
// ctx ends; in the last case the run stays as it is, to be taken up again.
func (r *runner) execute(ctx context.Context) error {
	run, err := r.begin(ctx)
	if err != nil || run.State != Running {
		return err
	}
	if run, err = r.edgeStillClosed(ctx, run); err != nil {
		return err
	}
	if r.env.Probe != nil {
		r.probing = r.env.Probe(ctx)
		defer r.stopProbe()
	}
	for ctx.Err() == nil && (run.State == Running) {
		if run, err = r.advance(ctx, run); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// begin takes the run up, unless another process ended or held it between the
// look at the journal and the lease.
func (r *runner) begin(ctx context.Context) (Run, error) {
	return r.operator.decide(ctx, r.id, func(run Run) (*Event, error) {
		if !wantsRunner(run) {
			return nil, nil
		}
		return &Event{Kind: RunStarted, Actor: Ktops(), Token: r.token}, nil
	})
}

// advance does the next thing that the run asks for: obey a person, put back, do
// a step, or finish.
func (r *runner) advance(ctx context.Context, run Run) (Run, error) {
	step := run.Current()
	switch {
	case run.Undoing:
		return r.undo(ctx, run)
	case run.Asked == AbortAsked:
		return r.stop(ctx, run, "aborted by "+run.AskedBy.String(), RunAborted)
	case run.Asked == HoldAsked:
		return r.append(ctx, Event{Kind: RunHeld, Reason: strings.TrimSuffix("held by "+run.AskedBy.String()+": "+run.AskedWhy, ": ")})
	case step == nil:
		return r.append(ctx, Event{Kind: RunSucceeded, Probe: r.stopProbe()})
	case step.State == StepFailed: // in a life that ended before it followed the failure policy
		return r.follow(ctx, run, *step)
	}
	if unfit := run.unfit(time.Now()); unfit != "" && step.commits() {
		return r.stop(ctx, run, "“"+step.Name+"” does not begin: "+unfit, RunMissed)
	}
	return r.do(ctx, run, *step)
}

// do performs one step: look, write the intent, act, write the result.
func (r *runner) do(ctx context.Context, run Run, step StepRun) (Run, error) {
	handler, ok := r.handler(step.Kind)
	if !ok {
		return r.fail(ctx, step, fmt.Errorf("this ktops cannot do steps of kind %q", step.Kind))
	}
	acting, done := r.obey(ctx)
	defer done()
	task := r.task(run, step)
	if reached, result, err := handler.Done(acting, task); err != nil {
		return r.fail(acting, step, fmt.Errorf("look whether it is done: %w", err))
	} else if reached {
		return r.append(ctx, Event{Kind: StepEnded, Step: step.Name, Result: &result, Probe: r.probe(), Reason: "it was so already"})
	}
	run, err := r.append(ctx, Event{Kind: StepBegan, Step: step.Name})
	if err != nil {
		return run, err
	}
	task.Attempt++
	task.Run = run
	leave := r.doorman(acting, run, step)
	result, err := handler.Do(acting, task)
	leave()
	if err != nil {
		if errors.Is(context.Cause(acting), errHeldNow) {
			return r.operator.Run(context.WithoutCancel(ctx), r.id) // the next advance holds it
		}
		if errors.Is(context.Cause(acting), errReopened) {
			return r.append(context.WithoutCancel(ctx), Event{Kind: StepEnded, Step: step.Name, Result: &Result{}, Probe: r.probe(), Reason: "ended before its time"})
		}
		return r.fail(acting, step, err)
	}
	return r.append(context.WithoutCancel(ctx), Event{Kind: StepEnded, Step: step.Name, Result: &result, Probe: r.probe(), Reason: result.Note})
}

// handler is that of the environment, or the domain's own for the edge and for rehearsals.
func (r *runner) handler(kind Kind) (Handler, bool) {
	if h, ok := r.env.Handlers[kind]; ok {
		return h, true
	}
	if h, ok := edgeHandlers(r.env)[kind]; ok {
		return h, true
	}
	h, ok := rehearsalHandlers(r.env)[kind]
	return h, ok
}

func (r *runner) undoer(kind Kind) (Undoer, bool) {
	h, _ := r.handler(kind)
	u, ok := h.(Undoer)
	return u, ok
}

func (r *runner) task(run Run, step StepRun) Task {
	return Task{Run: run, Step: step.Step, Attempt: step.Attempts, Report: r.reporter()}
}

// reporter publishes a step's progress, at most five times a second.
func (r *runner) reporter() func(Progress) {
	var mu sync.Mutex
	var last Progress
	var at time.Time
	return func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		if p == last || (time.Since(at) < 200*time.Millisecond && p.Fraction < 1) {
			return
		}
		last, at = p, time.Now()
		r.operator.hub.progress(r.id, p)
	}
}

// fail writes a failed step and follows the failure policy. A step that ended
// because the process stops or the lease was lost has not failed: it is taken up
// again.
func (r *runner) fail(ctx context.Context, step StepRun, failure error) (Run, error) {
	cause := context.Cause(ctx)
	if cause != nil && !errors.Is(cause, errAborted) {
		return Run{}, cause
	}
	ctx = context.WithoutCancel(ctx)
	if cause != nil {
		failure = cause
	}
	broke := Event{Kind: StepBroke, Step: step.Name, Probe: r.probe(), Reason: failure.Error()}
	var regression *Regression
	if errors.As(failure, &regression) {
		broke.Result = &Result{Regression: regression}
	}
	run, err := r.append(ctx, broke)
	if err != nil || cause != nil {
		return run, err // an abort is obeyed by the next advance
	}
	step.Error, step.Result.Regression = failure.Error(), regression
	return r.follow(ctx, run, step)
}

func (s StepRun) failure() string { return fmt.Sprintf("step “%s” failed: %s", s.Name, s.Error) }

// stop ends a run that cannot or shall not go on. What is safe to put back is put
// back; where migrations were applied the old API could not start any more, so
// what serves stays, and a person decides.
func (r *runner) stop(ctx context.Context, run Run, reason string, end EventKind) (Run, error) {
	if !r.touched(run) {
		return r.append(ctx, Event{Kind: end, Probe: r.stopProbe(), Reason: reason + "; nothing was changed"})
	}
	if run.Request.Rehearse { // only its own copy and containers, whatever the live schema is
		return r.append(ctx, Event{Kind: RunUndoing, Reason: reason})
	}
	if run.Request.Rollback != nil {
		return r.stopReturning(ctx, run, reason, end)
	}
	migrated, err := r.migrated(ctx, run)
	switch {
	case err == nil && (migrated == 0 || r.snapshotHolds(ctx, run)):
		return r.append(ctx, Event{Kind: RunUndoing, Reason: reason})
	case end == RunAborted:
		return r.append(ctx, Event{Kind: RunAborted, Probe: r.stopProbe(), Reason: reason + "; " + leftAs(run, migrated, err)})
	}
	return r.append(ctx, Event{Kind: RunHeld, Probe: r.probe(), Reason: reason + "; " + leftAs(run, migrated, err)})
}

func leftAs(run Run, migrated int, err error) string {
	if err != nil {
		return fmt.Sprintf("whether migrations were applied is not known (%v), so nothing was put back and what serves was left as it is", err) + unpinned(run)
	}
	return fmt.Sprintf("%s applied, so the previous API cannot start any more; what serves was left as it is", plural(migrated, "migration")) + unpinned(run)
}

// unpinned warns of variables that lag behind what runs: whoever starts the
// platform by hand now gets the previous version back.
func unpinned(run Run) string {
	var names []string
	for _, pin := range run.Steps {
		rolled := func(s StepRun) bool { return s.Kind == Roll && s.Variable == pin.Variable && s.State == StepDone }
		if pin.Kind == Pin && pin.State != StepDone && slices.ContainsFunc(run.Steps, rolled) {
			names = append(names, pin.Variable)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("; %s still has the previous version, which starting the platform by hand would bring back", strings.Join(names, " and "))
}

// touched reports whether a step that can be undone was begun.
func (r *runner) touched(run Run) bool {
	for _, s := range run.Steps {
		if _, ok := r.undoer(s.Kind); ok && s.State != StepPending && s.State != StepUndone {
			return true
		}
	}
	return false
}

// migrated counts the applied migrations that the previous API does not have:
// those applied since the plan was made, and those that were beyond it before.
func (r *runner) migrated(ctx context.Context, run Run) (int, error) {
	if !run.touchedAPI() {
		return 0, nil
	}
	applied, err := r.env.Database.Applied(ctx)
	if err != nil {
		return 0, err
	}
	if missing := run.Plan.Facts.Applied - len(applied); missing > 0 {
		return 0, fmt.Errorf("the database has %s fewer than when the plan was made", plural(missing, "migration"))
	}
	return len(applied) - run.Plan.Facts.Applied + run.Plan.Facts.Beyond, nil
}

// undo puts the touched steps back, last first.
func (r *runner) undo(ctx context.Context, run Run) (Run, error) {
	for i := len(run.Steps) - 1; i >= 0; i-- {
		step := run.Steps[i]
		undoer, ok := r.undoer(step.Kind)
		if !ok || step.State == StepPending || step.State == StepUndone {
			continue
		}
		result, err := undoer.Undo(ctx, r.task(run, step))
		if ctx.Err() != nil {
			return run, context.Cause(ctx)
		}
		if err != nil {
			return r.append(ctx, Event{Kind: RunFailed, Probe: r.stopProbe(),
				Reason: fmt.Sprintf("%s; putting back “%s” failed too: %v", run.Reason, step.Name, err)})
		}
		return r.append(ctx, Event{Kind: StepReverted, Step: step.Name, Result: &result, Probe: r.probe(), Reason: result.Note})
	}
	end := Event{Kind: RunRolledBack, Probe: r.stopProbe()}
	if run.Request.Rehearse {
		end.Reason = run.Reason + "; nothing was changed, and nothing is left of the rehearsal"
	}
	return r.append(ctx, end)
}

// append records an event of this runner, whatever people recorded meanwhile.
func (r *runner) append(ctx context.Context, e Event) (Run, error) {
	return r.operator.decide(ctx, r.id, func(Run) (*Event, error) {
		next := e
		next.Actor, next.Token = Ktops(), r.token
		return &next, nil
	})
}

func (r *runner) probe() *ProbeResult {
	if r.probing == nil {
		return nil
	}
	p := r.probing.Result()
	return &p
}

func (r *runner) stopProbe() *ProbeResult {
	if r.probing == nil {
		return nil
	}
	p := r.probing.Stop()
	r.probing = nil
	return &p
}

// obey ends the step's context when a person aborts the run, in this process or
// through another one's journal.
func (r *runner) obey(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	watching, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		updates := r.operator.Watch(watching, r.id)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			var now Run
			select {
			case u, ok := <-updates:
				if !ok {
					return
				}
				now = u.Run
			case <-tick.C:
				now, _ = r.operator.Run(watching, r.id) // unreadable now: looked at again in a second
			}
			switch {
			case now.Asked == AbortAsked && !now.Undoing:
				cancel(errAborted)
				return
			case now.Asked == HoldAsked && now.heldNow():
				cancel(errHeldNow)
				return
			case now.Asked == ReopenAsked && now.reopens():
				cancel(errReopened)
				return
			}
		}
	})
	return ctx, func() {
		stop()
		done.Wait()
		cancel(nil)
	}
}
