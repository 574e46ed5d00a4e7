package cli_test

import (
	"time"

	"github.com/keeptrusts/ktops/internal/control/controltest"
	"github.com/keeptrusts/ktops/ops"
)

var (
	moment = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	from   = ops.Version{Major: 2, Minor: 4, Patch: 3}
	target = ops.Version{Major: 2, Minor: 5}
	alice  = ops.Actor{ID: "U_ALICE", Name: "Alice"}
	bob    = ops.Actor{ID: "U_BOB", Name: "Bob"}
)

// newFake is production at 2.4.3, with one run in its history.
func newFake() *controltest.Fake {
	plan := newPlan()
	return &controltest.Fake{
		Names: []string{"production", "staging"}, PlanOf: plan,
		StatusOf: newStatus(), ReportOf: newReport(), BackupOf: newBackup(),
		LeaseOf:  ops.Lease{Environment: "production", Owner: "db1/42/abcdef", Token: 3, Expires: moment},
		Runs:     []ops.Run{newRun(plan)},
		AdviceOf: newAdvice(), DrillOf: newDrill(), RestoredOf: newRestored(), RetentionOf: newRetention(), WindowsOf: newWindows(), PastOf: newPast(), FreezesOf: newFreezes(), ToldOf: newTold(), DraftsOf: newDrafts(),
		Progress: []ops.Progress{{Fraction: 0.5, Note: "12 MB of 24 MB"}},
		EventsOf: []ops.Event{
			{Run: "r-old234", Seq: 1, Kind: ops.RunProposed, At: moment, Actor: alice},
			{Run: "r-old234", Seq: 2, Kind: ops.RunApproved, At: moment.Add(time.Minute), Actor: bob},
			{Run: "r-old234", Seq: 3, Kind: ops.StepEnded, At: moment.Add(2 * time.Minute), Actor: ops.Ktops(), Step: "pull images", Reason: "3 images"},
		},
	}
}

func newPlan() ops.Plan {
	return ops.Plan{
		Environment: "production", From: from, Target: target, Strategy: ops.Rolling, At: moment,
		Why: "a minor version with 1 migration rolls without downtime", Digest: "sha256:0123456789abcdef",
		Steps: []ops.Step{
			{Name: "pull images", Kind: ops.PullImages, Estimate: 15 * time.Second},
			{Name: "roll api 1/1", Kind: ops.Roll, Component: ops.API, Estimate: 90 * time.Second, Migrates: true},
		},
		Checks: []ops.Finding{
			{Check: "backup", Level: ops.Pass, Fact: "taken and read back before anything changes"},
			{Check: "database disk", Level: ops.Warn, Fact: "cannot be seen from here", Advice: "set database.data_directory"},
		},
		Facts: ops.Facts{Pending: []ops.Migration{{Version: 146, Description: "index events by tenant"}}},
	}
}

func newRun(plan ops.Plan) ops.Run {
	done := func(s ops.Step, from, to time.Duration) ops.StepRun {
		return ops.StepRun{Step: s, State: ops.StepDone, Attempts: 1, Started: moment.Add(from), Ended: moment.Add(to)}
	}
	backup, report := newBackup(), newReport()
	steps := []ops.StepRun{done(plan.Steps[0], time.Minute, 75*time.Second), done(plan.Steps[1], 75*time.Second, 3*time.Minute)}
	steps[0].Result = ops.Result{Note: "3 images", Backup: &backup}
	steps[1].Result = ops.Result{Note: "1 migration applied", Report: &report}
	return ops.Run{
		ID: "r-old234", Plan: plan, State: ops.Succeeded, Steps: steps, Seq: 3,
		Request:    ops.Request{Environment: "production", Target: target, By: alice, Urgent: true, Reason: "CVE-2026-1234"},
		Approvals:  []ops.Approval{{By: bob, At: moment.Add(time.Minute)}},
		ProposedAt: moment, StartedAt: moment.Add(time.Minute), EndedAt: moment.Add(3 * time.Minute),
		Probe: ops.ProbeResult{Since: moment, Until: moment.Add(3 * time.Minute), Requests: 1800, Streams: 1, LongestGap: 48 * time.Millisecond},
	}
}

func newBackup() ops.Backup {
	return ops.Backup{
		File: "/var/backups/keeptrusts/r-old234.dump.zst", Database: "keeptrusts", At: moment, Bytes: 341_400_000, RawBytes: 1_096_800_000,
		SHA256: "9f86d081884c7d65", Server: "15.18", Client: "15.18", Platform: "2.4.3", Took: 9900 * time.Millisecond,
		VerifiedAt: moment.Add(10 * time.Second), VerifyTook: 4 * time.Second, Entries: 12,
	}
}

func newReport() ops.Report {
	return ops.Report{
		At: moment.Add(3 * time.Minute), Expected: target,
		Checks:  []ops.Finding{{Check: "api health", Level: ops.Pass, Fact: "2.5.0 is ok"}},
		Running: []ops.Container{{Name: "keeptrusts-api-2", Version: target, Healthy: true}},
	}
}

func newStatus() ops.Status {
	connections, exports := 12, 0
	run := newRun(newPlan())
	backup := newBackup()
	return ops.Status{
		Environment: "production", At: moment,
		Platform: ops.PlatformState{Services: []ops.Service{
			{Component: ops.API, Name: "keeptrusts-api", Containers: []ops.Container{
				{Name: "keeptrusts-api-1", Version: from, Healthy: true, StartedAt: moment.Add(-49 * time.Hour)}}},
			{Component: ops.Gateway, Name: "keeptrusts-gateway", Containers: []ops.Container{
				{Name: "keeptrusts-gateway-1", Version: from, StartedAt: moment.Add(-time.Minute)}}},
		}},
		App:      ops.AppState{APIVersion: from, Connections: &connections, PendingExports: &exports},
		Database: &ops.DatabaseState{Server: "15.18", Bytes: 1_100_000_000, Backup: &backup, Applied: []ops.AppliedMigration{{Version: 145, Description: "feature"}}},
		Last:     &run,
		Findings: []ops.Finding{{Check: "gateway", Level: ops.Fail, Fact: "one is not healthy", Advice: "look at its logs"}},
	}
}
