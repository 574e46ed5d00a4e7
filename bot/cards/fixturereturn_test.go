package cards_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// written is what n tables lost, with text as every outside text.
func written(text string, n int) *ops.Written {
	lost := &ops.Written{Since: noon.Add(-10 * time.Hour), Until: noon, WAL: 12 << 20, Newest: noon.Add(-time.Minute), NewestIn: orText(text, "events")}
	for i := range n {
		lost.Tables = append(lost.Tables, ops.TableWrites{Table: orText(text, fmt.Sprint("table_", i)), Writes: ops.Writes{Inserted: int64(1100 - 100*i), Updated: 80, Deleted: 4}})
	}
	return lost
}

// advice has every way back, with text as every outside text and n of everything.
func advice(text string, n int) ops.Advice {
	afterwards := []string{orText(text, "the five checks"), orText(text, "migrations match the image")}
	choices := []ops.Choice{
		{Way: ops.BackByImages, Why: orText(text, "the API of 2.4.3 cannot start on a schema with migration 12"), Checks: []ops.Finding{
			{Check: orText(text, "schema"), Level: ops.Fail, Fact: orText(text, "2 migrations applied since"), Advice: orText(text, "take the database along")}}},
		{Way: ops.BackBySnapshot, Possible: true, Why: orText(text, "the snapshot of the upgrade is kept"), ReturnsTo: noon.Add(-10 * time.Hour),
			Lost: written(text, n), Takes: 40 * time.Second, Closed: 12 * time.Second, Approvals: 2, Afterwards: afterwards},
	}
	for i := range n {
		lost := written(text, 1)
		lost.AtMost, lost.Unknown = orText(text, "the counts were taken a while before"), ""
		if i%2 == 1 {
			lost.AtMost, lost.Unknown = "", orText(text, "the server was restarted since")
		}
		choices = append(choices, ops.Choice{Way: ops.BackByBackup, Backup: orText(text, "nightly.dump"), Possible: true, Why: orText(text, "it was read back"),
			ReturnsTo: noon.AddDate(0, 0, -i-1), Lost: lost, Takes: 21 * time.Minute, Closed: time.Minute, Approvals: 2, Afterwards: afterwards})
	}
	return ops.Advice{Environment: orText(text, "production"), At: noon, Run: orText(text, "r-ab3cd4"), From: ops.Version{Major: 2, Minor: 5}, To: ops.Version{Major: 2, Minor: 4, Patch: 3}, Choices: choices}
}

func adviceView(a ops.Advice) cards.AdviceView {
	return cards.AdviceView{Advice: a, Zone: "Europe/Berlin", Command: "/keeptrusts"}
}

// returning is a run that goes back by a way.
func returning(way ops.Way, text string, n int) ops.Run {
	run := fixture(text, 0)
	run.ID = "r-back22"
	run.Plan.From, run.Plan.Target, run.Plan.Strategy = run.Plan.Target, run.Plan.From, ops.Returning
	run.Request.Target, run.Request.Reason = run.Plan.Target, orText(text, "5 % errors since noon")
	run.Request.Rollback = &ops.Rollback{Run: orText(text, "r-ab3cd4"), Way: way}
	run.Plan.Steps = []ops.Step{
		{Name: "close edge", Kind: ops.CloseEdge, Estimate: time.Second}, {Name: "stop api", Kind: ops.StopService, Component: ops.API, Estimate: 2 * time.Second},
		{Name: "swap database", Kind: ops.Swap, Estimate: 2 * time.Second}, {Name: "start api", Kind: ops.StartService, Component: ops.API, Estimate: 8 * time.Second},
		{Name: "verify", Kind: ops.Verify, Estimate: 6 * time.Second}, {Name: "open edge", Kind: ops.OpenEdge, Estimate: time.Second},
	}
	for _, s := range run.Plan.Steps {
		if text != "" {
			s.Name = text
		}
		step := ops.StepRun{Step: s, State: ops.StepPending}
		if s.Kind == ops.Swap {
			step.Result = ops.Result{Kept: orText(text, "keeptrusts_until_r_back22"), Lost: written(text, n), Note: orText(text, "kept until Sat 28 Mar 2026")}
		}
		run.Steps = append(run.Steps, step)
	}
	return run
}

func rehearsal(text string, n int) ops.Rehearsal {
	r := ops.Rehearsal{From: ops.Version{Major: 2, Minor: 4, Patch: 3}, Target: ops.Version{Major: 2, Minor: 5}, At: noon, Backup: orText(text, "nightly.dump"),
		BackupAt: noon.Add(-10 * time.Hour), Restore: 3 * time.Minute, Boot: 71 * time.Second,
		Answers: ops.Tried{Fact: orText(text, "column events.actor is gone")}, Starts: ops.Tried{}}
	for i := range n {
		m := ops.RehearsedMigration{Version: int64(12 + i), Description: orText(text, "rewrite events"), Took: time.Duration(i+1) * 7 * time.Second}
		for range i {
			m.Rewrites = append(m.Rewrites, ops.Table{Name: orText(text, "events"), Bytes: 3 << 30})
			m.Locks = append(m.Locks, ops.TableLock{Table: orText(text, "events"), Mode: "AccessExclusiveLock", Held: 7 * time.Second})
		}
		r.Migrations = append(r.Migrations, m)
	}
	r.Growth, r.Bytes = 400<<20, 5<<30
	return r
}

func rehearsing(text string, n int) ops.Run {
	run := fixture(text, n)
	run.Plan.Strategy, run.Request.Rehearse, run.Plan.Steps, run.Steps = ops.Rehearsing, true, nil, nil
	run.Plan.Why = orText(text, "2.5.0 is tried on a copy of the data; nothing that is in use is touched")
	for _, s := range []ops.Step{{Name: "restore scratch copy", Kind: ops.RestoreScratch, Estimate: 3 * time.Minute},
		{Name: "rehearse", Kind: ops.Rehearse, Estimate: time.Minute}, {Name: "clear scratch copy", Kind: ops.ClearScratch, Estimate: time.Second}} {
		run.Plan.Steps = append(run.Plan.Steps, s)
		run.Steps = append(run.Steps, ops.StepRun{Step: s, State: ops.StepPending})
	}
	return run
}

// returnCards adds the cards around the way back and around rehearsals.
func returnCards(out map[string]cards.Card, text string, n int) {
	a := advice(text, n)
	out["advice"] = cards.Advice(adviceView(a))
	again := adviceView(a)
	again.Changed, again.Reason = orText(text, "this way back is not possible any more"), text
	again.Advice.Choices, again.Held = nil, true
	out["advice-gone"] = cards.Advice(again)
	images := adviceView(ops.Advice{Environment: a.Environment, At: noon, Run: a.Run, From: a.From, To: a.To, Choices: []ops.Choice{
		{Way: ops.BackByImages, Possible: true, Why: orText(text, "no migration ran"), Takes: 38 * time.Second}}})
	out["advice-images"] = cards.Advice(images)

	waiting := view(returning(ops.BackBySnapshot, text, n))
	waiting.Policy.RollbackApprovals = 2
	out["rollback-uncounted"] = cards.ForRun(waiting)
	waiting.Cost = &a.Choices[1]
	waiting.Run.Approvals = []ops.Approval{{By: ops.Actor{ID: "U0BOB", Name: "Bob"}}}
	out["rollback-proposed"] = cards.ForRun(waiting)
	out["rollback-images"] = cards.ForRun(view(returning(ops.BackByImages, text, n)))
	out["rollback-running"] = cards.ForRun(view(at(returning(ops.BackBySnapshot, text, n), ops.Running, 2, text)))
	out["rollback-succeeded"] = cards.ForRun(view(at(returning(ops.BackBySnapshot, text, n), ops.Succeeded, 6, text)))
	out["rollback-images-succeeded"] = cards.ForRun(view(at(returning(ops.BackByImages, text, n), ops.Succeeded, 6, text)))

	regressed := at(fixture(text, max(n, 1)), ops.Held, 0, text)
	regressed.Steps[0].Result.Regression = &ops.Regression{Component: ops.API, Metric: orText(text, "error ratio"), Before: 0.001, After: 0.052, Samples: 612,
		Picture: orText(text, "before ▏                         0.10 %\nafter  ████████████████████████  5.2 %\n       ▁▁▂▅█▆▇▇▅▆▇█              612 requests")}
	regressed.Reason = orText(text, "regression after the upgrade: error ratio of the api rose from 0.10 % to 5.2 % (612 requests)")
	out["regressed-held"] = cards.ForRun(view(regressed))
	if t, ok := cards.Tell(ops.Event{Kind: ops.Alarm, At: noon, Actor: ops.Ktops(), Reason: regressed.Reason}, regressed); ok {
		out["told-regression"] = t.Card
	}

	planned := fixture(text, n).Plan
	for _, m := range planned.Facts.Pending {
		planned.Migrations = append(planned.Migrations, ops.PlannedMigration{Migration: m, SQL: ops.SQL{Statements: []ops.Statement{
			{Kind: orText(text, "ALTER TABLE"), Table: orText(text, "events"), Hints: []ops.Hint{{Kind: ops.Rewrites, Means: orText(text, "written anew")}}},
			{Kind: orText(text, "CREATE INDEX"), Table: orText(text, "events")}}}})
	}
	if n > 1 {
		planned.Migrations[1].SQL = ops.SQL{Unread: orText(text, "a syntax that is not known")}
	}
	out["plan-statements"] = cards.Plan(planned, "/keeptrusts")

	run := rehearsing(text, n)
	out["rehearsal-running"] = cards.ForRun(view(at(run, ops.Running, 1, text)))
	done := at(run, ops.Succeeded, 3, text)
	found := rehearsal(text, n)
	done.Steps[1].Result.Rehearsal = &found
	out["rehearsal-succeeded"] = cards.ForRun(view(done))
	broken := at(run, ops.Succeeded, 3, text)
	bad := ops.Rehearsal{Target: found.Target, From: found.From, BackupAt: noon, Failed: orText(text, strings.Repeat("error: null value in column actor\n", 3))}
	broken.Steps[1].Result.Rehearsal = &bad
	out["rehearsal-broken"] = cards.ForRun(view(broken))
}
