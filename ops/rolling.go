package ops

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// rollingSteps lists the steps of a rolling upgrade in the guide's order:
// database (backup), API (its first new container migrates), console, gateways
// one at a time. Images are pulled before anything changes; what is already at
// the target is left out.
func rollingSteps(o Observation, from, to Version, facts Facts) []Step {
	steps := []Step{
		{Name: "pull images", Kind: PullImages, To: to},
		{Name: "back up database", Kind: TakeBackup, Component: Database, From: from, To: to},
		{Name: "read backup back", Kind: VerifyBackup, Component: Database, From: from, To: to},
	}
	services := o.Platform.Services
	for i, s := range services {
		image := o.Platform.Image(s.Component)
		if image == nil {
			continue
		}
		steps = append(steps, rollSteps(s, *image, to, len(facts.Pending) > 0)...)
		if s.Variable != "" && !sharedLater(services[i+1:], s.Variable) {
			steps = append(steps, pinStep(s, to))
		}
	}
	return append(steps,
		Step{Name: "verify", Kind: Verify, From: from, To: to},
		Step{Name: "prune old backups", Kind: Prune, Component: Database, From: from, To: to})
}

func rollSteps(s Service, image TargetImage, to Version, migrates bool) []Step {
	var steps []Step
	replicas := max(s.Replicas, 1)
	for i := 1; i <= replicas; i++ {
		steps = append(steps, Step{
			Name: fmt.Sprintf("roll %s %d/%d", s.Component, i, replicas), Kind: Roll, Component: s.Component, Service: s.Name,
			Replica: i, Replicas: replicas, Variable: s.Variable, Image: image.Ref, ImageID: image.ID,
			From: lowest(s), To: to, Migrates: migrates && s.Component == API && i == 1,
		})
	}
	return steps
}

// lowest is the version that a service would be put back to: the lowest of its
// containers'. It is unknown when a container's is, or when there is none.
func lowest(s Service) Version {
	if len(s.Containers) == 0 {
		return Version{}
	}
	return slices.MinFunc(s.Containers, func(a, b Container) int { return a.Version.Compare(b.Version) }).Version
}

// sharedLater reports whether a service still to be rolled pins its tag by the
// same variable: the pin waits for the last of them, so that what .env says is
// never ahead of what runs.
func sharedLater(later []Service, variable string) bool {
	return slices.ContainsFunc(later, func(s Service) bool { return s.Variable == variable })
}

// Prior estimates for a step that has never run here.
const (
	priorPull    = 15 * time.Second
	priorRoll    = 20 * time.Second
	priorShort   = 2 * time.Second
	priorVerify  = 10 * time.Second
	priorEdge    = 2 * time.Second
	priorDrain   = 30 * time.Second
	priorStop    = 5 * time.Second
	backupRate   = 60 << 20  // bytes a second that a backup reads
	readBackRate = 150 << 20 // bytes a second that a verification reads
)

// estimate fills in how long each step should take: the median of this
// environment's own history where there is one.
func estimate(steps []Step, o Observation) []Step {
	for i := range steps {
		if steps[i].Kind == Watch {
			continue // as long as was asked for
		}
		if d, ok := o.Durations[steps[i].Name]; ok {
			steps[i].Estimate = d
			continue
		}
		steps[i].Estimate = prior(steps[i], o)
	}
	return steps
}

func prior(step Step, o Observation) time.Duration {
	reading := func(rate int64) time.Duration {
		return priorShort + time.Duration(o.Database.Bytes/rate)*time.Second
	}
	switch step.Kind {
	case PullImages:
		if !slices.ContainsFunc(o.Platform.Images, func(i TargetImage) bool { return !i.Local }) {
			return priorShort
		}
		return priorPull
	case TakeBackup:
		return reading(backupRate)
	case VerifyBackup:
		return reading(readBackRate)
	case Roll, StartService:
		if step.Kind == StartService && step.Migrates {
			return priorRoll + rewriting(o)
		}
		return priorRoll
	case CloseEdge, OpenEdge:
		return priorEdge
	case Drain:
		return priorDrain
	case StopService, NotePosition:
		return priorStop
	case Snapshot:
		return priorStop + writing(o, o.Database.Bytes)
	case Verify:
		return priorVerify
	case RestoreScratch, Restore:
		return priorShort + writing(o, o.Database.Bytes)
	case Rehearse:
		return 3*priorRoll + rewriting(o)
	}
	return priorShort
}

// writing is how long this many bytes take by the disk's measured rate, or by that
// of a backup where it could not be measured.
func writing(o Observation, bytes int64) time.Duration {
	return time.Duration(bytes/max(cmp.Or(o.Database.WriteRate, backupRate), 1)) * time.Second
}

// rewriting is how long migrations take that write the largest table anew, with its
// write-ahead log: what is feared of a migration that never ran.
func rewriting(o Observation) time.Duration {
	if len(o.Database.Largest) == 0 {
		return 0
	}
	return writing(o, 2*o.Database.Largest[0].Bytes)
}

// remaining is how long the run still takes by its estimates.
func remaining(run Run, p Progress) time.Duration {
	var sum time.Duration
	for _, s := range run.Steps {
		switch {
		case s.State == StepStarted && p.Fraction > 0:
			sum += time.Duration(float64(s.Estimate) * (1 - min(p.Fraction, 1)))
		case s.State == StepPending || s.State == StepStarted || s.State == StepFailed:
			sum += s.Estimate
		}
	}
	return sum
}

// learn is the median duration of each step over runs that succeeded.
func learn(runs []Run) map[string]time.Duration {
	took := map[string][]time.Duration{}
	for _, run := range runs {
		if run.State != Succeeded {
			continue
		}
		for _, s := range run.Steps {
			if s.State == StepDone && s.Attempts == 1 {
				took[s.Name] = append(took[s.Name], s.Took())
			}
		}
	}
	medians := make(map[string]time.Duration, len(took))
	for name, d := range took {
		slices.Sort(d)
		medians[name] = d[len(d)/2]
	}
	return medians
}
