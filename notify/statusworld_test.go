package notify_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
)

// town is what a status page looks at.
type town struct {
	names     []string
	edges     map[string]*ops.EdgeState
	history   map[string][]ops.Run
	scheduled map[string][]ops.Run
	unseen    string // the environment whose edge cannot be seen
	broken    error
	looks     int
}

func (w *town) Environments() []string { return w.names }

func (w *town) Edge(_ context.Context, environment string) (*ops.EdgeState, error) {
	w.looks++
	if environment == w.unseen {
		return nil, errors.New("the agent does not answer")
	}
	return w.edges[environment], nil
}

func (w *town) History(_ context.Context, environment string, _ int) ([]ops.Run, error) {
	return w.history[environment], w.broken
}

func (w *town) Scheduled(_ context.Context, environment string) ([]ops.Run, error) {
	return w.scheduled[environment], nil
}

// theMoment is in the night in which production is closed.
func theMoment() time.Time { return time.Date(2026, time.November, 28, 1, 5, 0, 0, time.UTC) }

// newTown has four environments: one closed, one with maintenance planned, one open
// and one that cannot be seen.
func newTown(at time.Time) *town {
	opening := &ops.Opening{Window: "upgrades", Key: "2026-11-29T04:00", Zone: "Europe/Berlin", Opens: at.Add(26 * time.Hour), Closes: at.Add(28 * time.Hour)}
	waiting := finished(ops.Scheduled, at)
	waiting.Opening = opening
	waiting.Steps = nil
	for _, s := range windowSteps() {
		waiting.Steps = append(waiting.Steps, ops.StepRun{Step: s, State: ops.StepPending})
	}
	rolling := finished(ops.Scheduled, at)
	rolling.Opening, rolling.Steps = opening, nil
	rejected := finished(ops.Rejected, at)
	rejected.StartedAt = time.Time{}
	harmless := finished(ops.Failed, at)
	harmless.Steps = []ops.StepRun{{Step: ops.Step{Name: "pull images", Kind: ops.PullImages}, State: ops.StepFailed}}
	return &town{
		names: []string{"production", "staging", "lab", "branch office"}, unseen: "branch office",
		edges: map[string]*ops.EdgeState{
			"production": {Closed: &ops.Closure{Run: "r-abc234", Since: at.Add(-4 * time.Minute), Back: at.Add(9 * time.Minute), Doing: "upgrade to 3.0.0", Now: "start api"}},
			"staging":    {}, // managed and open
		},
		history: map[string][]ops.Run{
			"staging": {harmless, rejected, finished(ops.Succeeded, at.Add(-30*time.Hour))},
			"lab":     {finished(ops.RolledBack, at.Add(-time.Hour))},
		},
		scheduled: map[string][]ops.Run{"staging": {waiting}, "lab": {rolling}},
	}
}

// finished is a run whose edge was closed for 7 minutes and 42 seconds.
func finished(state ops.State, at time.Time) ops.Run {
	closed, opened := at.Add(-10*time.Minute), at.Add(-10*time.Minute).Add(7*time.Minute+42*time.Second)
	return ops.Run{
		ID: "r-old234", State: state, StartedAt: at.Add(-12 * time.Minute), EndedAt: at,
		Request: ops.Request{By: ops.Actor{ID: "U_ALICE", Name: "Alice"}, Reason: "Alice's secret plan"},
		Plan:    ops.Plan{Target: ops.Version{Major: 3}}, Reason: "Bob broke it",
		Approvals: []ops.Approval{{By: ops.Actor{ID: "U_BOB", Name: "Bob"}}},
		Steps: []ops.StepRun{
			{Step: ops.Step{Name: "close edge", Kind: ops.CloseEdge}, State: ops.StepDone, Ended: closed},
			{Step: ops.Step{Name: "open edge", Kind: ops.OpenEdge}, State: ops.StepDone, Ended: opened},
		},
	}
}

func zones() map[string]notify.Place {
	return map[string]notify.Place{"production": {Zone: "Europe/Berlin"}, "staging": {Zone: "Europe/Berlin"}}
}

// statusPage is a page of a town that everybody may look at.
func statusPage(t *testing.T, w *town) *notify.StatusPage {
	t.Helper()
	quiet := logrus.New()
	quiet.SetOutput(io.Discard)
	page, err := notify.NewStatusPage(w, logrus.NewEntry(quiet))
	if err != nil {
		t.Fatal(err)
	}
	page.Configure(true, zones())
	return page
}

func ask(t *testing.T, page http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	page.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w
}
