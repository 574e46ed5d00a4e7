package ops_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// blind is a database that cannot be seen.
type blind struct{ *world }

func (blind) ObserveDatabase(context.Context) (ops.DatabaseState, error) {
	return ops.DatabaseState{}, errors.New("connect to db.internal:5432: connection refused")
}

func TestPropose_DatabaseThatRefusesConnectionsIsAFailedCheck(t *testing.T) {
	w, m := newWorld(t), newMemory()
	env := w.environment(onePerson())
	env.Database = blind{w}
	_, err := newOperator(m, m, env).Propose(t.Context(), upgrade(t, "2.5.0", alice))
	if r := refusal(t, err); !strings.Contains(r.Error(), "connection refused") {
		t.Error(r)
	}
}

func TestPropose_ProductionWaitsForStagingToSoak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		staging, m := newWorld(t), newMemory()
		staging.obs.Environment = "staging"
		for i, s := range staging.obs.Platform.Services {
			staging.obs.Platform.Services[i] = service(t, s.Component, "2.5.0", s.Replicas)
			staging.obs.Platform.Services[i].Containers[0].StartedAt = time.Now()
		}
		policy := onePerson()
		policy.SoakIn, policy.Soak = "staging", 24*time.Hour
		o := newOperator(m, m, newWorld(t).environment(policy), staging.environment(onePerson()))
		_, err := o.Propose(t.Context(), upgrade(t, "2.5.0", alice))
		if r := refusal(t, err); !strings.Contains(r.Findings[0].Fact, "staging has run 2.5.0 for 0s of 24h0m0s") {
			t.Error(r)
		}
		time.Sleep(25 * time.Hour)
		if _, err := o.Propose(t.Context(), upgrade(t, "2.5.0", alice)); err != nil {
			t.Error(err)
		}
	})
}

func TestPropose_StagingAtAnotherVersionHasNotSoaked(t *testing.T) {
	for _, runs := range []string{"2.6.0", "2.4.3", "unknown"} {
		t.Run(runs, func(t *testing.T) {
			staging, m := newWorld(t), newMemory()
			staging.obs.Environment = "staging"
			for i, s := range staging.obs.Platform.Services {
				staging.obs.Platform.Services[i] = service(t, s.Component, "2.5.0", s.Replicas)
			}
			staging.obs.Platform.Services[0].Containers[0].Version, _ = ops.ParseVersion(runs)
			policy := onePerson()
			policy.SoakIn = "staging"
			o := newOperator(m, m, newWorld(t).environment(policy), staging.environment(onePerson()))
			_, err := o.Propose(t.Context(), upgrade(t, "2.5.0", alice))
			if r := refusal(t, err); !strings.Contains(r.Error(), "staging runs "+runs+", not 2.5.0") {
				t.Error(r)
			}
		})
	}
}

func TestPropose_UrgentNeedsAReason(t *testing.T) {
	w, m := newWorld(t), newMemory()
	req := upgrade(t, "2.5.0", alice)
	req.Urgent = true
	_, err := newOperator(m, m, w.environment(onePerson())).Propose(t.Context(), req)
	if r := refusal(t, err); !strings.Contains(r.Why, "needs a reason") {
		t.Error(r)
	}
}

func TestStatus_NamesTheOpenRunAndTheLastOne(t *testing.T) {
	o, _, run := desk(t, onePerson())
	if _, err := o.Reject(t.Context(), run.ID, bob, "later"); err != nil {
		t.Fatal(err)
	}
	next, err := o.Propose(t.Context(), upgrade(t, "2.5.0", bob))
	if err != nil {
		t.Fatal(err)
	}
	status, err := o.Status(t.Context(), "production")
	if err != nil || status.Open == nil || status.Open.ID != next.ID || status.Last == nil || status.Last.ID != run.ID {
		t.Errorf("%+v %v", status, err)
	}
}

func TestOperator_UnknownNamesAreRefusedWithTheKnown(t *testing.T) {
	o, _, _ := desk(t, onePerson())
	_, err := o.Status(t.Context(), "prod")
	if r := refusal(t, err); len(r.Try) != 1 || r.Try[0] != "production" {
		t.Error(r)
	}
	_, err = o.Run(t.Context(), "r-nothing")
	if r := refusal(t, err); !strings.Contains(r.Why, "r-nothing") {
		t.Error(r)
	}
}

func TestWatch_SlowReaderGetsTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		o, _, run := approved(t, w)
		updates := o.Watch(t.Context(), run.ID)
		defer serve(t, o)()
		until(t, o, run.ID, ended)
		var last ops.Update
		for range 2 { // one may have been on its way, the next is the newest
			select {
			case last = <-updates:
			case <-time.After(time.Second):
			}
		}
		if last.Run.State != ops.Succeeded {
			t.Errorf("newest update says %s", last.Run.State)
		}
	})
}
