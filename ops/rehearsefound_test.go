package ops_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// shown is an observation with a rehearsal of 2.5.0 an hour ago, in which all was well
// but for the edit.
func shown(t *testing.T, edit func(*ops.Rehearsal)) ops.Observation {
	t.Helper()
	w := newWorld(t)
	w.obs.At = time.Now()
	w.obs.Edge = &ops.EdgeState{}
	w.obs.Rehearsal = &ops.Rehearsal{
		From: version(t, "2.4.3"), Target: version(t, "2.5.0"), At: w.obs.At.Add(-time.Hour), Pending: w.obs.Platform.Migrations[1:],
		Boot: 90 * time.Second, Bytes: 100 << 20, Answers: ops.Tried{OK: true}, Starts: ops.Tried{OK: true},
		Measured: ops.Measured{Migrations: []ops.RehearsedMigration{{Version: 2, Took: 80 * time.Second}}},
	}
	edit(w.obs.Rehearsal)
	return w.obs
}

// saidOf is what a plan's check says; empty when the plan has none of that name.
func saidOf(p ops.Plan, check string) ops.Finding {
	for _, f := range p.Checks {
		if f.Check == check {
			return f
		}
	}
	return ops.Finding{}
}

func lock(mode string, held time.Duration) func(*ops.Rehearsal) {
	return func(r *ops.Rehearsal) {
		r.Migrations[0].Locks = []ops.TableLock{{Table: "events", Mode: mode, Held: held}}
	}
}

func TestPlan_FollowsWhatTheRehearsalHasShown(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*ops.Rehearsal)
		want ops.Strategy
		why  string
	}{
		{"all well", func(*ops.Rehearsal) {}, ops.Rolling, "rolls without downtime"},
		{"a rewrite", func(r *ops.Rehearsal) { r.Migrations[0].Rewrites = []ops.Table{{Name: "events", Bytes: 5 << 20}} },
			ops.Window, "migration 0002 writes table events (5.2 MB) anew"},
		{"a long exclusive lock", lock("AccessExclusiveLock", 3*time.Second), ops.Window, "0002 holds AccessExclusiveLock on table events for 3s"},
		{"a long lock against writers", lock("ShareLock", time.Second), ops.Window, "ShareLock on table events"},
		{"a short lock", lock("AccessExclusiveLock", 999*time.Millisecond), ops.Rolling, ""},
		{"a lock among others", lock("RowExclusiveLock", time.Minute), ops.Rolling, ""},
		{"the running API is lost", func(r *ops.Rehearsal) { r.Answers = ops.Tried{Fact: "500 from /v1/events"} },
			ops.Window, "API 2.4.3 does not answer on the migrated schema: 500 from /v1/events"},
		{"no way back by images", func(r *ops.Rehearsal) { r.Starts = ops.Tried{Fact: "VersionMissing"} }, ops.Rolling, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			obs := shown(t, c.edit)
			p, err := ops.NewPlan(obs, upgrade(t, "2.5.0", alice), ops.DefaultRules())
			if err != nil || p.Strategy != c.want || !strings.Contains(p.Why, c.why) {
				t.Fatalf("%s because %s (%v)", p.Strategy, p.Why, err)
			}
			if f := saidOf(p, "rehearsal"); f.Level != ops.Pass || !strings.Contains(f.Fact, "1 migration in 1m20s") {
				t.Errorf("the check says %+v", f)
			}
			req := upgrade(t, "2.5.0", alice)
			req.Strategy = ops.Rolling
			_, err = ops.NewPlan(obs, req, ops.DefaultRules())
			if c.want == ops.Rolling && err != nil {
				t.Error(err)
			} else if c.want == ops.Window && !strings.Contains(refusal(t, err).Why, c.why) {
				t.Errorf("rolling is refused with %v", err)
			}
		})
	}
}

func TestPlan_OfWhatFailedInTheRehearsalIsNotRun(t *testing.T) {
	p, err := ops.NewPlan(shown(t, func(r *ops.Rehearsal) { r.Failed, r.Answers = "duplicate key", ops.Tried{} }), upgrade(t, "2.5.0", alice), ops.DefaultRules())
	if f := saidOf(p, "rehearsal"); err != nil || f.Level != ops.Fail || !strings.Contains(f.Fact, "duplicate key") || !strings.Contains(f.Advice, "rehearse 2.5.0") {
		t.Errorf("%+v %v", f, err)
	}
}

func TestPlan_MeasuredFactsGoBeforeTheSizeRule(t *testing.T) {
	large := func(obs ops.Observation) ops.Observation {
		obs.Database.Largest = []ops.Table{{Name: "events", Bytes: 20 << 30}}
		return obs
	}
	for name, c := range map[string]struct {
		edit func(*ops.Rehearsal)
		want ops.Strategy
	}{
		"measured":             {func(*ops.Rehearsal) {}, ops.Rolling},
		"failed":               {func(r *ops.Rehearsal) { r.Failed = "no" }, ops.Window},
		"too old":              {func(r *ops.Rehearsal) { r.At = r.At.Add(-ops.DefaultRehearsalAge) }, ops.Window},
		"of another target":    {func(r *ops.Rehearsal) { r.Target.Patch = 9 }, ops.Window},
		"from another version": {func(r *ops.Rehearsal) { r.From.Patch = 2 }, ops.Window},
		"of other migrations":  {func(r *ops.Rehearsal) { r.Pending = []ops.Migration{{Version: 2, Checksum: "other"}} }, ops.Window},
	} {
		p, err := ops.NewPlan(large(shown(t, c.edit)), upgrade(t, "2.5.0", alice), ops.DefaultRules())
		if err != nil || p.Strategy != c.want {
			t.Errorf("%s: %s because %s (%v)", name, p.Strategy, p.Why, err)
		}
	}
}

func TestPlan_EstimatesTheMigrationByItsRehearsal(t *testing.T) {
	obs := shown(t, func(*ops.Rehearsal) {}) // of half the live data
	obs.Durations = map[string]time.Duration{"roll api 1/1": time.Second}
	p, err := ops.NewPlan(obs, upgrade(t, "2.5.0", alice), ops.DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Steps {
		if s.Migrates && s.Estimate != 3*time.Minute {
			t.Errorf("%s is estimated to take %s", s.Name, s.Estimate)
		}
	}
	without := obs
	without.Rehearsal = nil
	if q, err := ops.NewPlan(without, upgrade(t, "2.5.0", alice), ops.DefaultRules()); err != nil || q.Digest != p.Digest || saidOf(q, "rehearsal").Check != "" {
		t.Errorf("the same plan without rehearsal is another one: %v", err)
	}
}

func TestPlan_PolicyMayRequireARehearsal(t *testing.T) {
	rules := ops.DefaultRules()
	rules.RequireRehearsal, rules.RehearsalAge = true, 30*time.Minute
	required := func(obs ops.Observation) ops.Finding {
		p, err := ops.NewPlan(obs, upgrade(t, "2.5.0", alice), rules)
		if err != nil {
			t.Fatal(err)
		}
		return saidOf(p, "rehearsal")
	}
	obs := shown(t, func(*ops.Rehearsal) {})
	if f := required(obs); f.Level != ops.Fail || f.Advice != "rehearse 2.5.0" || !strings.Contains(f.Fact, "not older than") {
		t.Errorf("one that is too old counts: %+v", f)
	}
	rules.RehearsalAge = 2 * time.Hour
	if f := required(obs); f.Level != ops.Pass {
		t.Errorf("one of an hour ago does not count: %+v", f)
	}
	obs.Rehearsal = nil
	obs.Platform.Migrations = obs.Platform.Migrations[:1]
	if f := required(obs); f.Check != "" {
		t.Errorf("without migrations there is nothing to rehearse: %+v", f)
	}
}

func TestPropose_GoesByTheNewestRehearsalInTheJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, m := newRoom(t), newMemory()
		env := r.environment(onePerson())
		env.Rules.RequireRehearsal = true
		o := newOperator(m, m, env)
		defer serve(t, o)()
		_, err := o.Propose(t.Context(), upgrade(t, "2.5.0", alice))
		if got := refusal(t, err); len(got.Findings) != 1 || got.Findings[0].Advice != "rehearse 2.5.0" {
			t.Fatalf("without one it is %v", err)
		}
		rehearsed(t, o)
		run, err := o.Propose(t.Context(), upgrade(t, "2.5.0", alice))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Reject(t.Context(), run.ID, bob, "not today"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(ops.DefaultRehearsalAge)
		_, err = o.Propose(t.Context(), upgrade(t, "2.5.0", alice))
		refusal(t, err)
	})
}
