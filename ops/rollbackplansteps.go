package ops

import (
	"slices"
	"time"
)

// steps are those of a way back. With the database nobody may write meanwhile; images
// alone go back one container at a time, where that can be.
func (r retreat) steps(p passage) []Step {
	from, to := r.from(), r.run.Plan.From
	steps := []Step{{Name: "pull images", Kind: PullImages, To: to}}
	if p.way == BackByBackup { // which takes long, and is beside what serves
		steps = append(steps, Step{Name: "restore database", Kind: Restore, Component: Database, Source: p.point.Name, From: from, To: to})
	}
	if r.rolls(p) {
		steps = append(steps, rollBackSteps(r.obs, to)...)
		return append(steps, endSteps(from, to)...)
	}
	if r.obs.Edge != nil {
		steps = append(steps, closeSteps(from, to)...)
	}
	steps = append(steps, stopSteps(r.obs, to)...)
	if p.point != nil {
		steps = append(steps, Step{Name: "swap database", Kind: Swap, Component: Database, Source: p.point.Name, From: from, To: to})
	}
	steps = append(steps, startSteps(r.obs, to, false)...)
	end := endSteps(from, to)
	if r.obs.Edge != nil {
		end = slices.Insert(end, 1, Step{Name: "open edge", Kind: OpenEdge, From: from, To: to})
	}
	return append(steps, end...)
}

// rolls reports whether the way is gone one container at a time.
func (r retreat) rolls(p passage) bool {
	return p.point == nil && single(r.obs) == nil && r.apart() == ""
}

// rollBackSteps go through the services in the reverse order of an upgrade: the gateways
// first, for a newer API works with older gateways and an older one not with newer.
func rollBackSteps(o Observation, to Version) []Step {
	services := slices.Clone(o.Platform.Services)
	slices.Reverse(services)
	var steps []Step
	for i, s := range services {
		image := o.Platform.Image(s.Component)
		if image == nil {
			continue
		}
		steps = append(steps, rollSteps(s, *image, to, false)...)
		if s.Variable != "" && !sharedLater(services[i+1:], s.Variable) {
			steps = append(steps, pinStep(s, to))
		}
	}
	return steps
}

func closeSteps(from, to Version) []Step {
	return []Step{{Name: "close edge", Kind: CloseEdge, From: from, To: to}, {Name: "drain", Kind: Drain, From: from, To: to}}
}

func endSteps(from, to Version) []Step {
	return []Step{
		{Name: "verify", Kind: Verify, From: from, To: to},
		{Name: "prune old backups", Kind: Prune, Component: Database, From: from, To: to},
	}
}

// unserved is how long nothing is served: from the first step that keeps users out until
// the edge is open again, or until everything has started where it is not managed.
func unserved(steps []Step) time.Duration {
	managed := slices.ContainsFunc(steps, func(s Step) bool { return s.Kind == OpenEdge })
	var sum time.Duration
	out := false
	for _, s := range steps {
		if s.Kind == Verify && !managed {
			break
		}
		out = out || s.Kind == CloseEdge || s.Kind == StopService
		if out {
			sum += s.Estimate
		}
		if s.Kind == OpenEdge {
			break
		}
	}
	return sum
}
