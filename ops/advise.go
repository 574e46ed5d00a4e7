package ops

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Advise tells what going back from a run means now: each way with what it loses, how
// long it takes and who must approve. An empty run is the newest that can be taken back.
func (o *Operator) Advise(ctx context.Context, environment, run string) (Advice, error) {
	env, err := o.environment(environment)
	if err != nil {
		return Advice{}, err
	}
	if err := o.refuseMoving(ctx, env); err != nil {
		return Advice{}, err
	}
	r, err := o.retreat(ctx, env, run)
	if err != nil {
		return Advice{}, err
	}
	advice := Advice{Environment: env.Name, At: time.Now().UTC(), Run: r.run.ID, From: r.from(), To: r.run.Plan.From, ZeroLoss: r.obs.Database.Continuity.ZeroLoss()}
	for _, way := range []Way{BackByImages, BackBySnapshot, BackByBackup} {
		advice.Choices = append(advice.Choices, r.choice(ctx, way))
	}
	return advice, nil
}

// refuseMoving refuses while a runner is at work, for what is seen then is not what
// stays. A run that is held or waits for approval is in nobody's way: the way back may
// be just what people want to know before they decide.
func (o *Operator) refuseMoving(ctx context.Context, env Environment) error {
	open, err := o.openRuns(ctx, env.Name)
	if err != nil || !slices.ContainsFunc(open, func(r Run) bool { return r.State == Approved || r.State == Running }) {
		return err
	}
	return o.refuseBusy(ctx, env)
}

// choice is one way with its cost.
func (r retreat) choice(ctx context.Context, way Way) Choice {
	p := r.passage(way, "")
	c := Choice{
		Way: way, Why: p.why, Possible: p.possible, Afterwards: r.afterwards(way),
		Approvals: r.env.Policy.Needed(Request{Rollback: &Rollback{Run: r.run.ID, Way: way}}),
	}
	if !p.possible {
		return c
	}
	if err := r.seen(way); err != nil {
		c.Possible, c.Why = false, err.Error()
		return c
	}
	if p.point != nil {
		c.ReturnsTo = p.point.At
		c.Lost = r.lost(ctx, p)
		if way == BackByBackup {
			c.Backup = p.point.Name
		}
	}
	plan := r.plan(p, c.Lost)
	c.Takes, c.Closed, c.Checks = plan.Estimate(), unserved(plan.Steps), plan.Checks
	for _, f := range plan.Checks {
		if f.Level == Fail {
			c.Possible, c.Why = false, fmt.Sprintf("%s: %s", f.Check, f.Fact)
			break
		}
	}
	return c
}

// lost is what was written since the point that a way returns to.
func (r retreat) lost(ctx context.Context, p passage) *Written {
	since := r.since(p)
	if since == nil {
		return &Written{Since: p.point.At, Until: time.Now().UTC(), Unknown: "where writing was then was not noted"}
	}
	written, err := r.env.Returns.WrittenSince(ctx, *since)
	if err != nil {
		return &Written{Since: since.At, Until: time.Now().UTC(), Unknown: err.Error()}
	}
	if written.AtMost == "" {
		written.AtMost = since.Loose
	}
	return &written
}

// migrationsWrote is why a position from before the migrations is not exact.
const migrationsWrote = "migrations wrote some of these rows"

// since is the best position that is known of the point that a way returns to: for a
// snapshot the one that was noted after the migrations and before users were let in.
func (r retreat) since(p passage) *Position {
	var since Position
	switch noted, snapshot := r.run.step(NotePosition), r.run.step(Snapshot); {
	case p.point == nil:
		return nil
	case p.way == BackBySnapshot && noted != nil && noted.Result.Position != nil:
		return noted.Result.Position
	case p.way == BackBySnapshot && snapshot != nil && snapshot.Result.Position != nil:
		since = *snapshot.Result.Position
	case p.point.Position != nil:
		since = *p.point.Position
	default:
		return nil
	}
	if since.Loose == "" && len(r.obs.Database.Applied) > r.run.Plan.Facts.Applied {
		since.Loose = migrationsWrote
	}
	return &since
}

// afterwards names what is checked at the end of a way.
func (r retreat) afterwards(way Way) []string {
	var names []string
	if way == BackByBackup {
		names = []string{"row counts", "amcheck", "migrations"}
	}
	report := r.run.Report()
	if report == nil {
		return append(names, "verification")
	}
	for _, f := range report.Checks {
		names = append(names, f.Check)
	}
	return names
}

// settle completes a request to go back, with what ktops knows better than who asks: the
// run where none is named, the version, the backup, and from where the loss is counted.
func (o *Operator) settle(ctx context.Context, env Environment, req Request) (Request, error) {
	if err := req.refuseMixed(); err != nil || req.Rollback == nil {
		return req, err
	}
	if req.Window != "" || req.Opening != nil {
		return req, Refuse("a rollback waits for no window", req.again())
	}
	back := *req.Rollback
	if back.Backup != "" && back.Way == "" {
		back.Way = BackByBackup
	}
	r, err := o.retreat(ctx, env, back.Run)
	if err != nil {
		return req, err
	}
	back.Run = r.run.ID
	p, err := r.passable(back)
	if err != nil {
		return req, err
	}
	back.Backup, back.Since = "", r.since(p)
	if p.way == BackByBackup {
		back.Backup = p.point.Name
	}
	req.Rollback, req.Target, req.Strategy = &back, r.run.Plan.From, Returning
	return req, nil
}
