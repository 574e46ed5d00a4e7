package notify

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

// StatusState is how an environment is, as far as maintenance goes.
type StatusState string

// The states of the status page.
const (
	Operational   StatusState = "operational"
	InMaintenance StatusState = "maintenance"
	Planned       StatusState = "scheduled"
	Unknown       StatusState = "unknown" // the edge cannot be seen
)

// Status is what everybody may know: no names of people, and no reasons but those that
// the closed edge tells as well.
type Status struct {
	At           time.Time           `json:"at"`
	Environments []EnvironmentStatus `json:"environments"`
}

// EnvironmentStatus is that of one environment.
type EnvironmentStatus struct {
	Name  string      `json:"name"`
	State StatusState `json:"state"`
	// Zone is the clock that its users go by.
	Zone        string              `json:"zone"`
	Maintenance *CurrentMaintenance `json:"maintenance,omitempty"`
	// Upcoming is approved maintenance, soonest first.
	Upcoming []PlannedMaintenance `json:"upcoming"`
	// Last is what was finished last.
	Last *FinishedWork `json:"last,omitempty"`
}

// CurrentMaintenance is why an environment is closed.
type CurrentMaintenance struct {
	Since time.Time `json:"since"`
	// Back is when it is expected back; left out when that has passed.
	Back  time.Time `json:"back,omitzero"`
	Doing string    `json:"doing"`
	Now   string    `json:"now,omitempty"`
}

// PlannedMaintenance is an opening in which an environment will be closed.
type PlannedMaintenance struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"` // at the latest
	Doing string    `json:"doing"`
	// ClosedSeconds is how long it is expected to be closed.
	ClosedSeconds float64 `json:"closed_s"`
}

// FinishedWork is what a run came to.
type FinishedWork struct {
	Doing string `json:"doing"`
	// Outcome is succeeded, rolled_back, failed or aborted.
	Outcome ops.State `json:"outcome"`
	Ended   time.Time `json:"ended"`
	// ClosedSeconds is how long users were turned away; zero when they never were.
	ClosedSeconds float64 `json:"closed_s"`
}

// StatusSource is what a status is made of: *ops.Operator.
type StatusSource interface {
	Environments() []string
	Edge(ctx context.Context, environment string) (*ops.EdgeState, error)
	History(ctx context.Context, environment string, limit int) ([]ops.Run, error)
	Scheduled(ctx context.Context, environment string) ([]ops.Run, error)
}

// statusOf looks at every environment. Where one cannot be seen, that is its status.
func statusOf(ctx context.Context, source StatusSource, places map[string]Place, log *logrus.Entry) (Status, error) {
	status := Status{At: time.Now().UTC().Truncate(time.Second)}
	for _, name := range source.Environments() {
		e := EnvironmentStatus{Name: name, State: Operational, Zone: cmp.Or(places[name].Zone, "UTC"), Upcoming: []PlannedMaintenance{}}
		waiting, err := source.Scheduled(ctx, name)
		if err != nil {
			return status, err
		}
		for _, run := range waiting {
			if closed := closedTime(run); closed > 0 && run.Opening.Closes.After(status.At) {
				e.State = Planned
				e.Upcoming = append(e.Upcoming, PlannedMaintenance{
					From: run.Opening.Opens.UTC(), Until: run.Opening.Closes.UTC(), Doing: run.Doing(), ClosedSeconds: closed.Round(time.Second).Seconds(),
				})
			}
		}
		if e.Last, err = lastOf(ctx, source, name); err != nil {
			return status, err
		}
		edge, err := source.Edge(ctx, name)
		switch {
		case err != nil:
			log.WithField("environment", name).WithError(err).Warn("cannot see the edge for the status page")
			e.State = Unknown
		case edge != nil && edge.Closed != nil:
			e.State, e.Maintenance = InMaintenance, currentOf(*edge.Closed, status.At)
		}
		status.Environments = append(status.Environments, e)
	}
	return status, nil
}

func currentOf(c ops.Closure, at time.Time) *CurrentMaintenance {
	m := &CurrentMaintenance{Since: c.Since.UTC().Truncate(time.Second), Doing: c.Doing, Now: c.Now}
	if c.Back.After(at) {
		m.Back = c.Back.UTC()
	}
	return m
}

// lastOf is the newest run that did something and has ended; nil when none has.
func lastOf(ctx context.Context, source StatusSource, environment string) (*FinishedWork, error) {
	runs, err := source.History(ctx, environment, recentRuns)
	i := slices.IndexFunc(runs, func(r ops.Run) bool { return !r.State.Open() && !r.StartedAt.IsZero() && !untouched(r) })
	if err != nil || i < 0 {
		return nil, err
	}
	run := runs[i]
	return &FinishedWork{
		Doing: run.Doing(), Outcome: run.State, Ended: run.EndedAt.UTC().Truncate(time.Second),
		ClosedSeconds: run.ClosedFor(run.EndedAt).Round(100 * time.Millisecond).Seconds(),
	}, nil
}
