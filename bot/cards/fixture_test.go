package cards_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func alice() ops.Actor { return ops.Actor{ID: "U0ALICE", Name: "Alice Romero"} }

// fixture is a run at its proposal, with text as every outside text and n of everything.
func fixture(text string, n int) ops.Run {
	plan := ops.Plan{
		Environment: orText(text, "production"), From: ops.Version{Major: 2, Minor: 4, Patch: 3}, Target: ops.Version{Major: 2, Minor: 5},
		Strategy: ops.Rolling, At: noon, Why: orText(text, "a minor version with 2 pending migrations rolls without downtime"),
		Digest: orText(text, "sha256:1f0c"+strings.Repeat("ab", 30)),
	}
	for i := range n {
		name := orText(text, []string{"pull images", "backup", "read the backup back", "roll api 1/1", "roll gateway 1/2", "verify"}[i%6])
		plan.Steps = append(plan.Steps, ops.Step{Name: name, Kind: ops.Roll, Estimate: time.Duration(10*(i+1)) * time.Second, Migrates: i == 3})
		plan.Checks = append(plan.Checks, ops.Finding{Check: orText(text, fmt.Sprint("check ", i)), Level: []ops.Level{ops.Pass, ops.Warn, ops.Fail}[i%3],
			Fact: orText(text, "12.4 GB free, migrations may need up to 3.1 GB"), Advice: orText(text, "free 2 GB more")})
		plan.Facts.Pending = append(plan.Facts.Pending, ops.Migration{Version: int64(12 + i), Description: orText(text, "add index on events")})
		plan.Facts.Running = append(plan.Facts.Running, ops.RunningFact{Component: ops.API, Version: plan.From, ImageID: orText(text, "sha256:77aa"), Containers: 1})
		plan.Facts.Images = append(plan.Facts.Images, ops.ImageFact{Component: ops.API, Ref: orText(text, "keeptrusts/api:2.5.0"), ID: orText(text, "sha256:88bb")})
	}
	run := ops.Run{ID: "r-ab3cd4", Plan: plan, State: ops.Proposed, ProposedAt: noon, Seq: 1,
		Request: ops.Request{Environment: plan.Environment, Target: plan.Target, By: alice()}}
	if text != "" {
		run.Request.By, run.Request.Urgent, run.Request.Reason = ops.Actor{ID: text, Name: text}, true, text
	}
	for _, s := range plan.Steps {
		run.Steps = append(run.Steps, ops.StepRun{Step: s, State: ops.StepPending})
	}
	return run
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// at brings a run to a state, with its first done steps done.
func at(run ops.Run, state ops.State, done int, text string) ops.Run {
	run.State, run.StartedAt, run.Steps = state, noon, slices.Clone(run.Steps)
	run.Approvals = []ops.Approval{{By: ops.Actor{ID: "U0BOB", Name: "Bob"}}, {By: run.Request.By, BreakGlass: true, Reason: orText(text, "nobody else is awake")}}
	for i := range run.Steps {
		s := &run.Steps[i]
		switch {
		case i < done:
			s.State, s.Started, s.Ended = ops.StepDone, noon, noon.Add(time.Duration(i+1)*9*time.Second)
		case i == done && state == ops.Held:
			s.State, s.Error = ops.StepFailed, orText(text, "the new API did not become healthy within 2 minutes")
		case i == done:
			s.State, s.Started = ops.StepStarted, noon
		}
	}
	if len(run.Steps) > 1 && done > 1 {
		run.Steps[1].Result.Backup = &ops.Backup{File: orText(text, "/var/backups/keeptrusts/r-ab3cd4.dump"), At: noon, Bytes: 214 << 20, RawBytes: 900 << 20,
			Took: 14 * time.Second, VerifiedAt: noon, VerifyTook: 3 * time.Second, SHA256: orText(text, "cafe"), Entries: 14}
		run.Steps[0].Result.Report = &ops.Report{At: noon, Checks: run.Plan.Checks}
	}
	run.Probe = ops.ProbeResult{Requests: 9000, Streams: 3, LongestGap: 41 * time.Millisecond}
	if !state.Open() {
		run.EndedAt = noon.Add(204 * time.Second)
	}
	if state != ops.Running && state != ops.Succeeded {
		run.Reason = orText(text, "step “roll api 1/1” failed: not healthy within 2 minutes; 2 migrations applied, so the previous API cannot start any more; what serves was left as it is")
	}
	return run
}

func view(run ops.Run) cards.View {
	return cards.View{
		Run: run, Now: noon.Add(75 * time.Second), Remaining: 95 * time.Second, Command: "/keeptrusts",
		Progress: ops.Progress{Fraction: 0.4, Note: "waiting until healthy"},
		Policy:   ops.Policy{Approve: ops.Who{Groups: []string{"S0APPROVERS"}, Users: []string{"U0BOB", "unix:carol"}}, Approvals: 2, ApprovalTTL: 30 * time.Minute},
	}
}

// all are all cards there are, by name, made of text and n of everything.
func all(text string, n int) map[string]cards.Card {
	run := fixture(text, n)
	done := min(n/2, 3)
	failed := ops.Finding{Check: orText(text, "backup disk"), Level: ops.Fail, Fact: orText(text, "1.2 GB free"), Advice: orText(text, "free 3 GB")}
	var findings []ops.Finding
	var backups []ops.Backup
	var runs []ops.Run
	var containers []ops.Container
	var try []string
	var events []ops.Event
	for i := range n {
		findings = append(findings, failed)
		backups = append(backups, ops.Backup{File: orText(text, "/var/backups/a.dump"), At: noon, Bytes: 1 << 30, VerifiedAt: noon})
		runs = append(runs, at(run, ops.Succeeded, n, text))
		containers = append(containers, ops.Container{Name: orText(text, "api-1"), Version: run.Plan.Target, Healthy: i%2 == 0})
		try = append(try, orText(text, "upgrade 2.4.3"))
		events = append(events, ops.Event{Seq: i + 1, Kind: ops.StepEnded, At: noon, Actor: run.Request.By, Step: orText(text, "backup"), Reason: orText(text, "214 MB")})
	}
	open := at(run, ops.Held, done, text)
	out := map[string]cards.Card{
		"help":         cards.Help("/keeptrusts", orText(text, "production")),
		"plan":         cards.Plan(run.Plan, "/keeptrusts"),
		"refusal":      cards.Refusal(&ops.Refusal{Why: orText(text, "2 checks of 2.5.0 failed in production"), Findings: findings, Try: try}, "/keeptrusts"),
		"mistake":      cards.Mistake(orText(text, "I do not know “upgarde”"), try, "/keeptrusts"),
		"trouble":      cards.Trouble(orText(text, "approve"), fmt.Errorf("observe: %s", orText(text, "cannot connect to the Docker engine"))),
		"history":      cards.History(orText(text, "production"), runs, "/keeptrusts"),
		"trail":        cards.Trail(run, events),
		"verification": cards.Verification(orText(text, "production"), ops.Report{At: noon, Checks: run.Plan.Checks, Running: containers, Expected: run.Plan.Target}, alice()),
		"backing-up":   cards.BackingUp(orText(text, "production"), ops.Progress{Fraction: 0.31, Note: orText(text, "events: 12 of 40 MB")}, alice()),
		"backed-up":    cards.BackedUp(orText(text, "production"), ops.Backup{File: orText(text, "/var/backups/a.dump"), At: noon, Bytes: 1 << 30, VerifiedAt: noon, SHA256: orText(text, "cafe")}, alice()),
		"backups":      cards.Backups(orText(text, "production"), backups),
		"unlocked":     cards.Unlocked(ops.Lease{Environment: orText(text, "production"), Owner: orText(text, "host/12/abc"), Expires: noon}, alice(), orText(text, "the runner died")),
		"decided":      cards.Decided("hold", run),
		"no-longer":    cards.NoLonger(open, "/keeptrusts"),
		"status": cards.Status(ops.Status{Environment: orText(text, "production"), At: noon, Open: &open, Last: &run, Findings: findings,
			Platform: ops.PlatformState{Services: []ops.Service{{Component: ops.API, Containers: containers, Replicas: 1}, {Component: ops.Gateway, Containers: containers, Replicas: n}}},
			Database: &ops.DatabaseState{Server: orText(text, "15.18"), Bytes: 5 << 30, Sessions: 12, Backup: &ops.Backup{At: noon.Add(-26 * time.Hour), Bytes: 1 << 30}},
			Lease:    &ops.Lease{Owner: orText(text, "host/12/abc"), Expires: noon}}, "/keeptrusts"),
	}
	for _, state := range []ops.State{ops.Proposed, ops.Rejected, ops.Expired, ops.Void} {
		r := run
		r.State = state
		if state != ops.Proposed {
			r.Reason = orText(text, "api was 1 × 2.4.3, is now 1 × 2.4.4")
		}
		out["run-"+string(state)] = cards.ForRun(view(r))
	}
	for _, state := range []ops.State{ops.Approved, ops.Running, ops.Held, ops.Succeeded, ops.RolledBack, ops.Failed, ops.Aborted} {
		steps := done
		if state == ops.Succeeded {
			steps = n
		}
		out["run-"+string(state)] = cards.ForRun(view(at(run, state, steps, text)))
	}
	undoing := at(run, ops.Running, done, text)
	undoing.Undoing, undoing.Reason = true, orText(text, "not healthy")
	out["run-undoing"] = cards.ForRun(view(undoing))
	asked := at(run, ops.Running, done, text)
	asked.Asked, asked.AskedBy = ops.HoldAsked, alice()
	out["run-hold-asked"] = cards.ForRun(view(asked))
	told(out, at(run, ops.Failed, done, text), text)
	windowCards(out, text, n)
	returnCards(out, text, n)
	return out
}

// told adds what threads say of every kind of event.
func told(out map[string]cards.Card, run ops.Run, text string) {
	approval := ops.Approval{By: run.Request.By, BreakGlass: true, Reason: orText(text, "nobody else is awake")}
	for _, kind := range []ops.EventKind{ops.RunProposed, ops.RunApproval, ops.RunApproved, ops.RunRejected, ops.RunExpired, ops.RunVoid, ops.RunStarted,
		ops.StepEnded, ops.StepBroke, ops.StepReverted, ops.HoldAsked, ops.AbortAsked, ops.RunHeld, ops.RunResumed, ops.RunUndoing,
		ops.RunSucceeded, ops.RunRolledBack, ops.RunFailed, ops.RunAborted, ops.LeaseBroken, ops.RunOpened, ops.RunMissed, ops.RunOverran,
		ops.ReopenAsked, ops.EdgeOpened, ops.Alarm} {
		e := ops.Event{Kind: kind, At: noon, Actor: run.Request.By, Step: orText(text, "backup"), Reason: orText(text, "why it is so")}
		if kind == ops.RunApproval || kind == ops.RunApproved {
			e.Approval = &approval
		}
		if kind == ops.StepEnded {
			e.Result = &ops.Result{Report: &ops.Report{Checks: run.Plan.Checks}, Backup: &ops.Backup{File: orText(text, "/a.dump")}}
		}
		if t, ok := cards.Tell(e, run); ok {
			out["told-"+string(kind)] = t.Card
		}
	}
}
