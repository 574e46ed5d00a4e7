package ops

import (
	"slices"
	"time"
)

// windowSteps lists the steps of a planned downtime (guide: Planned Downtime
// Procedure, its nine points). What can be done while the platform still serves
// is done before the edge closes; everything between «close edge» and «open edge»
// is time that users wait.
func windowSteps(o Observation, from, to Version, facts Facts) []Step {
	steps := []Step{{Name: "pull images", Kind: PullImages, To: to}}
	backup := []Step{
		{Name: "back up database", Kind: TakeBackup, Component: Database, From: from, To: to},
		{Name: "read backup back", Kind: VerifyBackup, Component: Database, From: from, To: to},
	}
	// With a snapshot as the exact point to return to, the dump may be older.
	if o.Database.NoSnapshot == "" {
		steps, backup = append(steps, backup...), nil
	}
	steps = append(steps,
		Step{Name: "close edge", Kind: CloseEdge, From: from, To: to},
		Step{Name: "drain", Kind: Drain, From: from, To: to})
	steps = append(steps, stopSteps(o, to)...)
	steps = append(steps, backup...)
	snapshot := o.Database.NoSnapshot == "" && mayMigrate(o, facts)
	if snapshot {
		steps = append(steps, Step{Name: "snapshot database", Kind: Snapshot, Component: Database, From: from, To: to})
	}
	steps = append(steps, startSteps(o, to, mayMigrate(o, facts))...)
	if snapshot && o.Notes { // so that what is written later can be told from what migrations wrote
		steps = append(steps, Step{Name: "note write position", Kind: NotePosition, Component: Database, From: from, To: to})
	}
	return append(steps,
		Step{Name: "verify", Kind: Verify, From: from, To: to},
		Step{Name: "open edge", Kind: OpenEdge, From: from, To: to},
		Step{Name: "prune old backups", Kind: Prune, Component: Database, From: from, To: to})
}

// mayMigrate reports whether the target's API changes the schema, or may.
func mayMigrate(o Observation, facts Facts) bool {
	return len(facts.Pending) > 0 || o.Platform.MigrationsUnread != ""
}

// stopSteps stop the services that get a new image, last in the upgrade order first.
func stopSteps(o Observation, to Version) []Step {
	var steps []Step
	for _, s := range slices.Backward(o.Platform.Services) {
		if o.Platform.Image(s.Component) == nil {
			continue
		}
		steps = append(steps, Step{
			Name: "stop " + string(s.Component), Kind: StopService, Component: s.Component, Service: s.Name,
			Replicas: max(s.Replicas, 1), Variable: s.Variable, From: lowest(s), To: to,
		})
	}
	return steps
}

func startSteps(o Observation, to Version, migrates bool) []Step {
	var steps []Step
	services := o.Platform.Services
	for i, s := range services {
		image := o.Platform.Image(s.Component)
		if image == nil {
			continue
		}
		steps = append(steps, Step{
			Name: "start " + string(s.Component), Kind: StartService, Component: s.Component, Service: s.Name,
			Replicas: max(s.Replicas, 1), Variable: s.Variable, Image: image.Ref, ImageID: image.ID,
			From: lowest(s), To: to, Migrates: migrates && s.Component == API,
		})
		if s.Variable != "" && !sharedLater(services[i+1:], s.Variable) {
			steps = append(steps, pinStep(s, to))
		}
	}
	return steps
}

func pinStep(s Service, to Version) Step {
	return Step{
		Name: "pin " + s.Variable, Kind: Pin, Component: s.Component, Service: s.Name,
		Variable: s.Variable, From: lowest(s), To: to,
	}
}

// closingPlan closes the edge for a while and changes nothing else.
func closingPlan(environment string, edge EdgeState, req Request, at time.Time) Plan {
	plan := Plan{
		Environment: environment, Strategy: Closing, Why: "maintenance was asked for", At: at,
		Steps: []Step{
			{Name: "close edge", Kind: CloseEdge, Estimate: priorEdge},
			{Name: "stay closed", Kind: StayClosed, Estimate: req.Maintenance.For},
			{Name: "open edge", Kind: OpenEdge, Estimate: priorEdge},
		},
		Checks: checkEdge(&edge),
	}
	plan.Digest = plan.digest()
	return plan
}

// step is the run's step of a kind; nil when it has none.
func (r Run) step(kind Kind) *StepRun {
	for i := range r.Steps {
		if r.Steps[i].Kind == kind {
			return &r.Steps[i]
		}
	}
	return nil
}

// EdgeClosed is when the run closed the edge; false unless it is closed by it now.
func (r Run) EdgeClosed() (time.Time, bool) {
	closing, opening := r.step(CloseEdge), r.step(OpenEdge)
	if closing == nil || opening == nil || closing.State != StepDone || opening.State == StepDone {
		return time.Time{}, false
	}
	return closing.Ended, true
}

// ClosedFor is how long the run kept the edge closed, until now if it still does;
// zero when it never did.
func (r Run) ClosedFor(now time.Time) time.Duration {
	closing, opening := r.step(CloseEdge), r.step(OpenEdge)
	switch {
	case closing == nil || opening == nil || closing.Ended.IsZero():
		return 0
	case opening.State == StepDone:
		return opening.Ended.Sub(closing.Ended)
	case closing.State == StepUndone:
		return closing.Undone.Sub(closing.Ended)
	case closing.State == StepDone:
		return now.Sub(closing.Ended)
	}
	return 0
}
