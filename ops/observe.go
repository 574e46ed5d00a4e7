package ops

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// observe looks at the whole environment at once. What cannot be seen becomes a
// failed check, except the platform: without it there is nothing to plan.
func (o *Operator) observe(ctx context.Context, env Environment, target Version) (Observation, error) {
	obs := Observation{Environment: env.Name, At: time.Now().UTC()}
	var databaseErr, releasesErr, edgeErr error
	g, looking := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		if obs.Platform, err = env.Platform.Observe(looking, target); err != nil {
			return fmt.Errorf("observe the platform of %s: %w", env.Name, err)
		}
		return nil
	})
	g.Go(func() error {
		obs.Database, databaseErr = env.Database.ObserveDatabase(looking)
		return nil
	})
	g.Go(func() error {
		obs.App = env.App.ObserveApp(looking)
		return nil
	})
	g.Go(func() error {
		if env.Releases != nil {
			obs.Releases, releasesErr = env.Releases(looking)
		}
		return nil
	})
	g.Go(func() (err error) {
		obs.Soaked, err = o.observeSoak(looking, env.Policy, target)
		return err
	})
	g.Go(func() error {
		obs.Edge, edgeErr = lookAtEdge(looking, env)
		return nil
	})
	if err := g.Wait(); err != nil {
		return Observation{}, err
	}
	if databaseErr != nil {
		obs.Unseen = append(obs.Unseen, Finding{Check: "database", Level: Fail, Fact: databaseErr.Error(),
			Advice: "nothing is upgraded while the database cannot be seen"})
	}
	if releasesErr != nil {
		obs.Unseen = append(obs.Unseen, Finding{Check: "releases", Level: Warn, Fact: releasesErr.Error(),
			Advice: "the target is taken as it was typed"})
	}
	if edgeErr != nil {
		obs.Unseen = append(obs.Unseen, Finding{Check: "edge", Level: Warn, Fact: edgeErr.Error(), Advice: "a maintenance window cannot be opened before it can be seen"})
	}
	runs, err := o.runs(ctx, RunQuery{Environment: env.Name, Limit: 10})
	if err != nil {
		return Observation{}, err
	}
	obs.Durations, obs.Regret = learnUpgrades(runs), regret(runs, target)
	_, obs.Notes = env.Handlers[NotePosition]
	obs.Rehearsal, err = o.lastRehearsal(ctx, env, target)
	return obs, err
}

// lookAtEdge is how the edge is; nil where it is not managed or cannot be seen.
func lookAtEdge(ctx context.Context, env Environment) (*EdgeState, error) {
	if env.Edge == nil {
		return nil, nil
	}
	state, err := env.Edge.Look(ctx)
	if err != nil {
		return nil, err
	}
	return &state, nil
}

// Edge is how the edge of an environment is; nil where ktops does not manage it.
func (o *Operator) Edge(ctx context.Context, environment string) (*EdgeState, error) {
	env, err := o.environment(environment)
	if err != nil {
		return nil, err
	}
	return lookAtEdge(ctx, env)
}

// observeSoak looks how long the staging environment has run the target: since
// its youngest container started.
func (o *Operator) observeSoak(ctx context.Context, policy Policy, target Version) (*Soaked, error) {
	if policy.SoakIn == "" || target.IsZero() {
		return nil, nil
	}
	env, err := o.environment(policy.SoakIn)
	if err != nil {
		return nil, err
	}
	soaked := &Soaked{Environment: env.Name, Required: policy.Soak}
	state, err := env.Platform.Observe(ctx, Version{})
	soaked.Healthy = err == nil // not seen is not healthy: the check fails and says so
	var youngest time.Time
	soaked.Version = otherThan(target, state.Services)
	for _, s := range state.Services {
		soaked.Healthy = soaked.Healthy && len(s.Containers) >= s.Replicas &&
			!slices.ContainsFunc(s.Containers, func(c Container) bool { return !c.Healthy })
		for _, c := range s.Containers {
			if c.StartedAt.After(youngest) {
				youngest = c.StartedAt
			}
		}
	}
	soaked.For = time.Since(youngest)
	return soaked, nil
}

// otherThan is a version that runs and is not the target; the target where
// nothing else does. Unknown is another one, and so is nothing at all.
func otherThan(target Version, services []Service) Version {
	var seen Version
	for _, s := range services {
		for _, c := range s.Containers {
			if c.Version != target {
				return c.Version
			}
			seen = target
		}
	}
	return seen
}
