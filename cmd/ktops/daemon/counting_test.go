package daemon

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func TestMetrics_SeriesAreThereBeforeTheFirstRun(t *testing.T) {
	r := start(t, "")
	_, body := r.get(t, "/metrics")
	for _, want := range []string{
		`ktops_runs_total{environment="production",outcome="failed"} 0`,
		`ktops_runs_total{environment="production",outcome="void"} 0`,
		`ktops_run_open{environment="production",state="held"} 0`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing in\n%s", want, body)
		}
	}
	r.write(t, configText(r.dir, "", "production", "staging"))
	if _, err := r.client(t).Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, body = r.get(t, "/metrics"); !strings.Contains(body, `ktops_runs_total{environment="staging",outcome="failed"} 0`) {
		t.Errorf("the new environment is missing in\n%s", body)
	}
}

func TestMetrics_TellTheStateOfTheOpenRun(t *testing.T) {
	m := newMetrics("1.2.3", time.Now())
	m.begin([]string{"production"})
	run := ops.Run{ID: "r-abc234", Request: ops.Request{Environment: "production"}}
	for _, state := range append(openStates(), ops.Succeeded) {
		run.State, run.EndedAt = state, time.Now()
		for range 2 { // an update may tell what is known already
			m.count(run)
		}
		for _, s := range openStates() {
			want := 0.0
			if s == state {
				want = 1
			}
			if got := value(t, m, "ktops_run_open", string(s)); got != want {
				t.Errorf("%s is %v in a run that is %s, want %v", s, got, state, want)
			}
		}
	}
	if got := value(t, m, "ktops_runs_total", "succeeded"); got != 1 {
		t.Errorf("%v runs have succeeded, want 1", got)
	}
}

// value is that of the one series of a metric with this label.
func value(t *testing.T, m *metrics, name, label string) float64 {
	t.Helper()
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, series := range family.GetMetric() {
			for _, pair := range series.GetLabel() {
				if pair.GetValue() == label {
					return series.GetGauge().GetValue() + series.GetCounter().GetValue()
				}
			}
		}
	}
	t.Fatalf("there is no %s of %s", name, label)
	return 0
}
