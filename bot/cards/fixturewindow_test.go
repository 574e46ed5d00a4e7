package cards_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// night is the opening that the fixtures are about: on the night of a clock change.
func night(text string, i int) ops.Opening {
	opens := time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC).AddDate(0, 0, 7*i)
	return ops.Opening{Window: orText(text, "weekly"), Key: orText(text, "2026-03-29T01:30"), Zone: orText(text, "Europe/Berlin"), Opens: opens, Closes: opens.Add(2 * time.Hour)}
}

// windowFixture is a run of a window plan, with text as every outside text.
func windowFixture(text string, n int) ops.Run {
	run := fixture(text, n)
	run.Plan.Strategy, run.Plan.Target, run.Plan.Why = ops.Window, ops.Version{Major: 3}, orText(text, "a major version always takes a window")
	steps := []ops.Step{
		{Name: "pull images", Kind: ops.PullImages, Estimate: 40 * time.Second},
		{Name: "back up database", Kind: ops.TakeBackup, Estimate: 90 * time.Second},
		{Name: "close edge", Kind: ops.CloseEdge, Estimate: time.Second},
		{Name: "drain", Kind: ops.Drain, Estimate: 20 * time.Second},
		{Name: "stop gateway", Kind: ops.StopService, Component: ops.Gateway, Service: "gateway", Estimate: 5 * time.Second},
		{Name: "stop api", Kind: ops.StopService, Component: ops.API, Service: "api", Estimate: 5 * time.Second},
		{Name: "snapshot database", Kind: ops.Snapshot, Estimate: 8 * time.Second},
		{Name: "start api", Kind: ops.StartService, Component: ops.API, Service: "api", Estimate: 25 * time.Second, Migrates: true},
		{Name: "start gateway", Kind: ops.StartService, Component: ops.Gateway, Service: "gateway", Estimate: 5 * time.Second},
		{Name: "verify", Kind: ops.Verify, Estimate: 6 * time.Second},
		{Name: "open edge", Kind: ops.OpenEdge, Estimate: time.Second},
		{Name: "prune old backups", Kind: ops.Prune, Estimate: time.Second},
	}
	run.Plan.Steps, run.Steps = steps, nil
	for _, s := range steps {
		if text != "" {
			s.Name = text
		}
		run.Steps = append(run.Steps, ops.StepRun{Step: s, State: ops.StepPending})
	}
	return run
}

// inWindow is a run of a window plan in a state of its opening.
func inWindow(state ops.State, done int, text string, n int) ops.Run {
	run := windowFixture(text, n)
	opening := night(text, 0)
	run.Opening = &opening
	if state == ops.Proposed || state == ops.Scheduled || state == ops.Missed {
		run.State = state
	} else {
		run = at(run, state, done, text)
	}
	for i := range run.Steps {
		if run.Steps[i].Kind == ops.Drain {
			run.Steps[i].Result.StreamsCut = n - 6
		}
		if run.Steps[i].Kind == ops.Snapshot && run.Steps[i].State == ops.StepDone {
			run.Steps[i].Result.Snapshot = orText(text, "keeptrusts_r_ab3cd4")
		}
	}
	if state == ops.Scheduled || state == ops.Missed {
		run.Approvals = []ops.Approval{{By: ops.Actor{ID: "U0BOB", Name: "Bob"}}}
	}
	return run
}

// windowCards adds the cards around windows, freezes and maintenance.
func windowCards(out map[string]cards.Card, text string, n int) {
	asked := windowFixture(text, n)
	into := inWindow(ops.Proposed, 0, text, n)
	into.Request.Replaces, into.Request.Frozen = orText(text, "r-old234"), orText(text, "the end of the quarter")
	overrun := inWindow(ops.Running, 7, text, n)
	overrun.Overrun = overrun.Opening.Closes.Add(time.Hour)
	done := inWindow(ops.Succeeded, 12, text, n)
	done.Probe.Closed = n
	back := inWindow(ops.RolledBack, 8, text, n)
	for i := range back.Steps {
		if back.Steps[i].Kind == ops.CloseEdge {
			back.Steps[i].State, back.Steps[i].Undone = ops.StepUndone, noon.Add(3*time.Minute)
		}
	}
	missed := inWindow(ops.Missed, 0, text, n)
	missed.Reason = orText(text, "ktops did not run, and too little was left")
	void := inWindow(ops.Missed, 0, text, n)
	void.State, void.Reason = ops.Void, missed.Reason
	voidView := view(void)
	voidView.Successor = cards.Successor{Run: "r-new234", Link: "https://keeptrusts.slack.com/archives/C0PROD/p1"}
	out["window-plan"] = cards.Plan(asked.Plan, "/keeptrusts")
	out["window-none"] = cards.ForRun(view(asked))
	open := view(asked)
	open.Openings = []ops.Opening{night(text, 0), night(text, 1)}
	out["window-proposed"] = cards.ForRun(open)
	out["window-proposed-into"] = cards.ForRun(view(into))
	out["window-scheduled"] = cards.ForRun(view(inWindow(ops.Scheduled, 0, text, n)))
	out["window-running"] = cards.ForRun(view(overrun))
	out["window-held"] = cards.ForRun(view(inWindow(ops.Held, 7, text, n)))
	out["window-succeeded"] = cards.ForRun(view(done))
	out["window-rolled-back"] = cards.ForRun(view(back))
	out["window-failed"] = cards.ForRun(view(inWindow(ops.Failed, 8, text, n)))
	out["window-missed"] = cards.ForRun(view(missed))
	out["window-void"] = cards.ForRun(voidView)
	out["asked-again"] = cards.AskedAgain(voidView.Successor)
	out["announcement"] = cards.Announcement(orText(text, "Upgrade of production to 3.0.0 in one hour\nhttps://status.example.com/status"))
	maintenanceCards(out, text)
	listCards(out, text, n)
	askCards(out, text)
	e := ops.Event{Kind: ops.RunVoid, At: noon, Actor: ops.Ktops(), Reason: missed.Reason}
	if t, ok := cards.Tell(e, void); ok {
		out["told-void-window"] = t.Card
	}
}

func maintenanceCards(out map[string]cards.Card, text string) {
	run := fixture(text, 0)
	run.Request.Maintenance, run.Request.Reason = &ops.Maintenance{For: 30 * time.Minute}, orText(text, "new disk")
	run.Steps = []ops.StepRun{{Step: ops.Step{Name: "close edge", Kind: ops.CloseEdge}, State: ops.StepPending},
		{Step: ops.Step{Name: "stay closed", Kind: ops.StayClosed}, State: ops.StepPending}, {Step: ops.Step{Name: "open edge", Kind: ops.OpenEdge}, State: ops.StepPending}}
	out["maintenance-proposed"] = cards.ForRun(view(run))
	live := at(run, ops.Running, 1, text)
	out["maintenance-closed"] = cards.ForRun(view(live))
	out["maintenance-failed"] = cards.ForRun(view(at(run, ops.Failed, 2, text)))
	opening := live
	opening.Asked, opening.AskedBy, opening.AskedWhy = ops.ReopenAsked, alice(), orText(text, "the disk is in")
	out["maintenance-opening"] = cards.ForRun(view(opening))
	out["maintenance-ended"] = cards.ForRun(view(at(run, ops.Succeeded, 3, text)))
	rejected := run
	rejected.State, rejected.Reason = ops.Rejected, orText(text, "not now")
	out["maintenance-rejected"] = cards.ForRun(view(rejected))
	edge := ops.EdgeState{Closed: &ops.Closure{Run: orText(text, "r-ab3cd4"), Since: noon, Back: noon.Add(time.Hour), Doing: orText(text, "upgrade to 3.0.0"), Now: orText(text, "start api")},
		Findings: []ops.Finding{{Check: "nginx", Level: ops.Warn, Fact: orText(text, "nginx 1.18"), Advice: orText(text, "update it")}}}
	out["edge"] = cards.Edge(ops.Status{Environment: orText(text, "production"), Edge: &edge}, "/keeptrusts")
	waiting := inWindow(ops.Scheduled, 0, text, 1)
	out["status-edge"] = cards.Status(ops.Status{Environment: orText(text, "production"), At: noon, Edge: &edge, Scheduled: []ops.Run{waiting, waiting}, Open: &live, Last: &waiting}, "/keeptrusts")
}

func listCards(out map[string]cards.Card, text string, n int) {
	var windows []ops.WindowState
	var past []ops.Occurrence
	var freezes []ops.Freeze
	for i := range max(n, 1) {
		w := ops.WindowState{Environment: orText(text, "production"), Name: orText(text, fmt.Sprint("window-", i)), Cron: orText(text, "30 1 * * 0"), Zone: orText(text, "Europe/Berlin"),
			Duration: 2 * time.Hour, Does: []ops.Chore{ops.ChoreBackup, ops.Chore(orText(text, "upgrade"))}, Pinned: ops.Version{Major: 3},
			Change: &ops.ClockChange{At: time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), Before: time.Hour, After: 2 * time.Hour}}
		for j := range 5 {
			w.Next = append(w.Next, ops.Occurrence{Opening: night(text, j), State: ops.Coming})
		}
		w.Next[1].State, w.Next[1].By, w.Next[1].Reason = ops.Skipped, alice(), orText(text, "the release is late")
		w.Next[0].Run = orText(text, "r-ab3cd4")
		windows = append(windows, w)
		past = append(past, ops.Occurrence{Opening: night(text, -i), State: []ops.OccurrenceState{ops.Used, ops.BrokeDown, ops.PassedUnmet, ops.Unused}[i%4], Run: orText(text, "r-ab3cd4"),
			Began: noon, Ended: noon.Add(time.Minute), By: alice(), Reason: orText(text, "as planned"),
			Chores: []ops.ChoreResult{{Chore: ops.ChoreBackup, Level: ops.Pass, Fact: orText(text, "214 MB, read back"), Took: time.Minute}}})
		freezes = append(freezes, ops.Freeze{ID: orText(text, "f-abc234"), Environment: orText(text, "production"), From: noon.AddDate(0, 0, i), Until: noon.AddDate(0, 0, i+3),
			Reason: orText(text, "the end of the quarter"), Source: orText(text, "chat"), By: alice()})
	}
	out["windows"] = cards.Windows(orText(text, "production"), windows, noon, "/keeptrusts")
	out["windows-none"] = cards.NoWindows(orText(text, "production"))
	out["windows-next"] = cards.NextOpenings(orText(text, "production"), windows, noon)
	out["windows-show"] = cards.Window(windows[0], noon, "/keeptrusts")
	out["windows-history"] = cards.Occurrences(orText(text, "production"), past)
	out["freezes"] = cards.Freezes(orText(text, "production"), freezes, noon, "Europe/Berlin", "/keeptrusts")
	out["freezes-none"] = cards.Freezes(orText(text, "production"), nil, noon, "Europe/Berlin", "/keeptrusts")
}

func askCards(out map[string]cards.Card, text string) {
	ask := cards.Ask{Does: cards.AskedSkip, Environment: orText(text, "production"), Window: orText(text, "weekly"), Key: "2026-03-29T01:30", Reason: orText(text, "the release is late")}
	o := ops.Occurrence{Opening: night(text, 0), Environment: ask.Environment, Run: orText(text, "r-ab3cd4"), Reason: ask.Reason}
	f := ops.Freeze{ID: orText(text, "f-abc234"), Environment: ask.Environment, Until: noon, Reason: ask.Reason, By: alice()}
	asked := func(does cards.Asked) cards.Ask {
		return cards.Ask{Does: does, Environment: ask.Environment, Window: ask.Window, ID: f.ID, Until: noon, For: time.Hour, Was: orText(text, "the end of the quarter"), Reason: ask.Reason}
	}
	out["ask-skip"] = cards.AskSkip(ask, o)
	out["ask-run-now"] = cards.AskRunNow(asked(cards.AskedRunNow), ops.WindowState{Duration: 2 * time.Hour, Does: slices.Repeat([]ops.Chore{ops.Chore(orText(text, "backup"))}, 3)})
	out["ask-freeze"] = cards.AskFreeze(asked(cards.AskedFreeze), "Europe/Berlin")
	out["ask-unfreeze"] = cards.AskUnfreeze(asked(cards.AskedUnfreeze), f, "Europe/Berlin")
	out["ask-reopen"] = cards.AskReopen(asked(cards.AskedReopen), inWindow(ops.Running, 3, text, 1))
	out["skipped"] = cards.SkippedOpening(o, alice())
	out["opened"] = cards.OpenedWindow(o, alice())
	out["frozen"] = cards.Frozen(f, "Europe/Berlin")
	out["unfrozen"] = cards.Unfrozen(asked(cards.AskedUnfreeze), alice())
	out["ask-close"] = cards.AskClose(asked(cards.AskedClose))
}
