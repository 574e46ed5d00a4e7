package ops_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// choices are the advised ways by name.
func choices(t *testing.T, g *regret, run string) map[ops.Way]ops.Choice {
	t.Helper()
	advice, err := g.o.Advise(t.Context(), "production", run)
	if err != nil {
		t.Fatal(err)
	}
	if advice.Run != g.run.ID || advice.From.String() != "3.0.0" || advice.To.String() != "2.4.3" {
		t.Errorf("%s: %s to %s", advice.Run, advice.From, advice.To)
	}
	ways := map[ops.Way]ops.Choice{}
	for _, c := range advice.Choices {
		ways[c.Way] = c
	}
	return ways
}

func TestAdvise_TellsWhatEachWayCosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		ways := choices(t, g, "")
		images, snapshot, backup := ways[ops.BackByImages], ways[ops.BackBySnapshot], ways[ops.BackByBackup]
		if images.Possible || !strings.Contains(images.Why, "1 migration ran since, and API 2.4.3 refuses to start") || images.Approvals != 1 {
			t.Errorf("images: %+v", images)
		}
		if !snapshot.Possible || snapshot.Lost.Rows() != 1204 || !snapshot.ReturnsTo.Equal(g.points[0].At) || snapshot.Approvals != 2 ||
			snapshot.Closed <= 0 || snapshot.Takes < snapshot.Closed || snapshot.Lost.AtMost == "" {
			t.Errorf("snapshot: %+v", snapshot)
		}
		if !backup.Possible || backup.Backup != "run.dump" || backup.Takes < snapshot.Takes || !slices.Contains(backup.Afterwards, "amcheck") {
			t.Errorf("backup: %+v", backup)
		}
		if before := len(g.m.order); before != 1 {
			t.Errorf("advice recorded a run: %d", before)
		}
	})
}

func TestAdvise_WhatKeepsAWayFromBeingGone(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*regret)
		way    ops.Way
		why    string
	}{
		"no room":          {func(g *regret) { g.points[0].Unfit = "it needs 200 MB and 10 MB is free" }, ops.BackBySnapshot, "10 MB is free"},
		"snapshot dropped": {func(g *regret) { g.points = g.points[1:] }, ops.BackBySnapshot, "is not there any more"},
		"no backup":        {func(g *regret) { g.points = g.points[:1] }, ops.BackByBackup, "no verified backup from before"},
		"newer migrations": {func(g *regret) {
			g.points[1].Applied = []ops.AppliedMigration{{Version: 2, Checksum: "b"}}
			g.points = g.points[:2]
		}, ops.BackByBackup, "0002"},
		"image gone":          {func(g *regret) { g.lost = "not in the registry" }, ops.BackBySnapshot, "not in the registry"},
		"tag moved":           {func(g *regret) { g.moved = true }, ops.BackBySnapshot, "the tag was moved"},
		"no swap on platform": {func(g *regret) { g.without = ops.Swap }, ops.BackBySnapshot, "ktops cannot swap databases"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRegret(t)
				c.change(g)
				g.o = newOperator(g.m, g.m, g.environment(g.policy))
				if got := choices(t, g, "")[c.way]; got.Possible || !strings.Contains(got.Why, c.why) {
					t.Errorf("%v: %s", got.Possible, got.Why)
				}
				if _, err := g.o.Propose(t.Context(), g.back(c.way)); !strings.Contains(refusal(t, err).Error(), c.why) {
					t.Errorf("proposed: %v", err)
				}
			})
		})
	}
}

func TestAdvise_OlderBackupStandsInForTheRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		g.points = slices.Delete(g.points, 1, 2)
		got := choices(t, g, g.run.ID)[ops.BackByBackup]
		if !got.Possible || got.Backup != "older.dump" || got.Lost.Unknown == "" {
			t.Errorf("%+v", got)
		}
	})
}

func TestAdvise_RehearsedAPIGoesBackByImages(t *testing.T) {
	for name, ok := range map[string]bool{"it started": true, "it did not": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRegret(t)
				pending := g.run.Plan.Facts.Pending
				rehearsal := &ops.Rehearsal{From: version(t, "2.4.3"), Target: version(t, "3.0.0"), At: time.Now(), Pending: pending, Starts: ops.Tried{OK: ok}}
				plan := ops.Plan{Steps: []ops.Step{{Name: "rehearse migrations", Kind: ops.Rehearse}}}
				for i, e := range []ops.Event{
					{Kind: ops.RunProposed, Request: &ops.Request{Environment: "production", Rehearse: true}, Plan: &plan},
					{Kind: ops.StepEnded, Step: "rehearse migrations", Result: &ops.Result{Rehearsal: rehearsal}},
					{Kind: ops.RunSucceeded},
				} {
					e.Run, e.Seq, e.At = "r-rehearsed", i+1, time.Now()
					if err := g.m.Append(t.Context(), e); err != nil {
						t.Fatal(err)
					}
				}
				if got := choices(t, g, "")[ops.BackByImages]; got.Possible != ok || got.Lost != nil {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

func TestAdvise_ExactPositionIsPreferred(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		at := time.Now().Add(-time.Minute)
		events := g.m.events[g.run.ID]
		events[0].Plan.Steps = append(events[0].Plan.Steps, ops.Step{Name: "note write position", Kind: ops.NotePosition})
		g.m.events[g.run.ID] = append(events, ops.Event{Run: g.run.ID, Seq: len(events) + 1, Kind: ops.StepEnded, Step: "note write position",
			At: at, Result: &ops.Result{Position: &ops.Position{At: at}}})
		if got := choices(t, g, "")[ops.BackBySnapshot].Lost; !got.Since.Equal(at) || got.AtMost != "" {
			t.Errorf("%+v", got)
		}
		if got := choices(t, g, "")[ops.BackByBackup].Lost; got.AtMost == "" {
			t.Errorf("the backup is older than that position: %+v", got)
		}
	})
}

func TestAdvise_Refusals(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(*testing.T, *regret)
		run      string
		why, try string
	}{
		"unknown run": {nil, "r-none", `no run "r-none"`, "rollback r-"},
		"a run that a runner will take up": {func(t *testing.T, g *regret) {
			run, err := g.o.Propose(t.Context(), g.back(ops.BackBySnapshot))
			if err != nil {
				t.Fatal(err)
			}
			approve := ops.Event{Run: run.ID, Seq: run.Seq + 1, Kind: ops.RunApproved, At: time.Now(), Actor: bob}
			if err := g.m.Append(t.Context(), approve); err != nil {
				t.Fatal(err)
			}
		}, "", "is approved in production", "abort"},
		"something else runs": {func(t *testing.T, g *regret) { g.obs.Platform.Services[0] = service(t, ops.API, "3.1.0", 1) }, "", "api 3.1.0, which run", "history"},
		"back already": {func(t *testing.T, g *regret) {
			g.obs.Platform.Services = newWorld(t).obs.Platform.Services
			g.obs.Database.Applied = g.obs.Database.Applied[:1]
		}, "", "already back on 2.4.3", "verify"},
		"nothing ran": {func(_ *testing.T, g *regret) { g.m.order = nil }, "", "no upgrade of production", "history"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRegret(t)
				if c.change != nil {
					c.change(t, g)
				}
				_, err := g.o.Advise(t.Context(), "production", c.run)
				if r := refusal(t, err); !strings.Contains(r.Why, c.why) || !strings.Contains(strings.Join(r.Try, "; "), c.try) {
					t.Errorf("%s; try %v", r.Why, r.Try)
				}
			})
		})
	}
}

func TestAdvise_WhileARunWaitsForApproval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		if _, err := g.o.Propose(t.Context(), g.back(ops.BackBySnapshot)); err != nil {
			t.Fatal(err)
		}
		if got := choices(t, g, "")[ops.BackBySnapshot]; !got.Possible {
			t.Errorf("%+v", got)
		}
	})
}

func TestRollback_WithoutAWayNamesThoseThatCanBeGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		_, err := g.o.Propose(t.Context(), g.back(""))
		want := []string{"rollback " + g.run.ID + " --way snapshot", "rollback " + g.run.ID + " --way backup"}
		if r := refusal(t, err); !slices.Equal(r.Try, want) {
			t.Errorf("try %q", r.Try)
		}
		req := g.back("")
		req.Rollback.Backup = "older.dump"
		if run, err := g.o.Propose(t.Context(), req); err != nil || run.Request.Rollback.Backup != "older.dump" {
			t.Errorf("%+v: %v", run.Request.Rollback, err)
		}
	})
}

func TestRollback_WithoutAnEdgeSaysForHowLongUsersSeeErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		env := g.environment(g.policy)
		env.Edge = nil
		g.o = newOperator(g.m, g.m, env)
		plan, err := g.o.Plan(t.Context(), g.back(ops.BackBySnapshot))
		if err != nil || slices.Contains(names(plan.Steps), "close edge") {
			t.Fatalf("%q: %v", names(plan.Steps), err)
		}
		if !slices.ContainsFunc(plan.Checks, func(f ops.Finding) bool {
			return f.Level == ops.Warn && strings.Contains(f.Fact, "users see errors for")
		}) {
			t.Errorf("%+v", plan.Checks)
		}
	})
}

func TestPlan_OlderVersionNamesTheRollback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRegret(t)
		_, err := g.o.Plan(t.Context(), upgrade(t, "2.4.3", alice))
		if r := refusal(t, err); !slices.Equal(r.Try, []string{"rollback " + g.run.ID}) {
			t.Errorf("%s; try %q", r.Why, r.Try)
		}
	})
}

func TestPlan_WindowNotesThePositionWhereItCan(t *testing.T) {
	d := newDowntime(t)
	d.obs.Edge, d.obs.Notes = &ops.EdgeState{}, true
	p, err := ops.NewPlan(d.obs, upgrade(t, "3.0.0", alice), ops.DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	got := names(p.Steps)
	if i := slices.Index(got, "note write position"); i < 0 || got[i+1] != "verify" {
		t.Errorf("%q", got)
	}
}
