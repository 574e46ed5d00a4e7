package ops_test

import (
	"testing"
	"testing/synctest"

	"github.com/keeptrusts/ktops/ops"
)

// came is where each step of a plan says that its service came from.
func came(t *testing.T, w *world) map[string]string {
	t.Helper()
	plan, err := ops.NewPlan(w.obs, upgrade(t, "2.5.0", alice), ops.DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	from := map[string]string{}
	for _, s := range plan.Steps {
		from[s.Name] = s.From.String()
	}
	return from
}

func TestPlan_StepsSayTheVersionThatTheirServiceCameFrom(t *testing.T) {
	w := newWorld(t)
	w.obs.Platform.Services[1] = service(t, ops.Console, "2.5.0", 1) // upgraded by hand
	w.obs.Platform.Services[2].Containers[1].Version = ops.Version{} // no version as its tag
	got := came(t, w)
	for step, want := range map[string]string{
		"roll api 1/1": "2.4.3", "pin api_TAG": "2.4.3",
		"roll console 1/1": "2.5.0", "pin console_TAG": "2.5.0",
		"roll gateway 1/2": "unknown", "pin gateway_TAG": "unknown",
	} {
		if got[step] != want {
			t.Errorf("%s came from %s, want %s", step, got[step], want)
		}
	}
}

func TestRun_DatabaseThatWentBackIsNotTakenForOneWithoutMigrations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.block["roll api 1/1"] = make(chan struct{})
		w.reached = make(chan string, 100)
		o, _, run := approved(t, w)
		defer serve(t, o)()
		reach(w, "roll api 1/1")
		w.mu.Lock()
		w.obs.Database.Applied = nil // another database answers now
		w.mu.Unlock()
		if _, err := o.Abort(t.Context(), run.ID, bob, ""); err != nil {
			t.Fatal(err)
		}
		if got := until(t, o, run.ID, ended); got.State != ops.Aborted {
			t.Errorf("%s: %s", got.State, got.Reason)
		}
	})
}
