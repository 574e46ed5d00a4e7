package ops

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// retreat is what is known of the ways back from a run.
type retreat struct {
	env    Environment
	run    Run
	obs    Observation
	points []ReturnPoint
	unseen string // why there are no points
	blind  error  // what kept them from being seen
	// rehearsed are the rehearsals of that upgrade, newest first.
	rehearsed []Rehearsal
}

// retreat looks at the environment for the ways back from a run.
func (o *Operator) retreat(ctx context.Context, env Environment, id string) (retreat, error) {
	runs, err := o.runs(ctx, RunQuery{Environment: env.Name, Limit: runsSeen})
	if err != nil {
		return retreat{}, err
	}
	r := retreat{env: env}
	if r.run, err = regretted(runs, env.Name, id); err != nil {
		return retreat{}, err
	}
	if r.obs, err = o.observe(ctx, env, r.run.Plan.From); err != nil {
		return retreat{}, err
	}
	r.obs.Durations = learnReturns(runs)
	if err := r.refuseElsewhere(); err != nil {
		return retreat{}, err
	}
	if env.Returns == nil {
		r.unseen = "ktops keeps no states of this database"
	} else if r.points, r.blind = env.Returns.ReturnPoints(ctx); r.blind != nil {
		r.unseen = r.blind.Error()
	}
	rehearsals, err := o.Rehearsals(ctx, env.Name)
	for _, h := range rehearsals {
		if h.From == r.run.Plan.From && h.Target == r.run.Plan.Target {
			r.rehearsed = append(r.rehearsed, h)
		}
	}
	return r, err
}

// planReturn plans the way back that was asked for.
func (o *Operator) planReturn(ctx context.Context, env Environment, req Request) (Plan, error) {
	r, err := o.retreat(ctx, env, req.Rollback.Run)
	if err != nil {
		return Plan{}, err
	}
	p, err := r.passable(*req.Rollback)
	if err != nil {
		return Plan{}, err
	}
	var lost *Written
	if p.point != nil {
		lost = r.lost(ctx, p)
	}
	return r.plan(p, lost), nil
}

// from is what runs now. After an upgrade that broke down nothing may.
func (r retreat) from() Version {
	if from, err := runningVersion(r.obs); err == nil {
		return from
	}
	return r.run.Plan.Target
}

// refuseElsewhere refuses when what runs is neither what the run brought nor what was
// there before it, and when everything is as it was before.
func (r retreat) refuseElsewhere() error {
	moved := r.cannotSee("database") != nil || len(r.obs.Database.Applied) > r.run.Plan.Facts.Applied
	for _, s := range r.obs.Platform.Services {
		moved = moved || len(s.Containers) < s.Replicas
		for _, c := range s.Containers {
			switch {
			case c.Version == r.run.Plan.Target:
				moved = true
			case c.Version != r.run.Plan.From && !r.ranBefore(s.Component, c.Version):
				return Refuse(fmt.Sprintf("%s runs %s %s, which run %s (%s to %s) did not bring", r.env.Name, s.Component, c.Version,
					r.run.ID, r.run.Plan.From, r.run.Plan.Target), "history", "upgrade "+r.run.Plan.Target.String())
			}
		}
	}
	if !moved {
		return Refuse(fmt.Sprintf("%s is already back on %s", r.env.Name, r.run.Plan.From), "verify")
	}
	return nil
}

func (r retreat) ranBefore(c Component, v Version) bool {
	return slices.ContainsFunc(r.run.Plan.Facts.Running, func(f RunningFact) bool { return f.Component == c && f.Version == v })
}

// plan is the plan of a way that can be gone.
func (r retreat) plan(p passage, lost *Written) Plan {
	to := r.run.Plan.From
	plan := Plan{
		Environment: r.env.Name, Target: to, From: r.from(), Strategy: Returning, Why: p.why, At: r.obs.At, Facts: factsOf(r.obs),
	}
	plan.Facts.Pending = nil // nothing is migrated on the way back
	plan.Steps = estimate(r.steps(p), r.obs)
	for i := range plan.Steps {
		if s := &plan.Steps[i]; s.Kind == Restore {
			s.Estimate = priorShort + writing(r.obs, max(p.point.Bytes, r.obs.Database.Bytes))
		}
		if plan.Steps[i].From.IsZero() {
			plan.Steps[i].From = plan.From
		}
	}
	plan.Checks = r.checks(p, plan, lost)
	plan.Digest = plan.digest()
	return plan
}

// learnUpgrades is the median duration of each step as upgrades took.
func learnUpgrades(runs []Run) map[string]time.Duration {
	return learn(slices.DeleteFunc(slices.Clone(runs), func(r Run) bool { return r.Request.Rollback != nil }))
}

// learnReturns is that of the steps of a rollback: as rollbacks took, or as upgrades did
// where a step is the same in both.
func learnReturns(runs []Run) map[string]time.Duration {
	upgrades := slices.Clone(runs)
	for i, run := range upgrades {
		upgrades[i].Steps = slices.DeleteFunc(slices.Clone(run.Steps), func(s StepRun) bool { return s.Migrates })
	}
	took := learnUpgrades(upgrades)
	maps.Copy(took, learn(slices.DeleteFunc(slices.Clone(runs), func(r Run) bool { return r.Request.Rollback == nil })))
	return took
}
