package cli_test

import (
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Far enough ahead that none of it is ever now.
func berlin(day, hour, minute int) time.Time {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return time.Date(2099, time.March, day, hour, minute, 0, 0, zone)
}

// newWindows are a nightly one around the spring day of 2099, and one for upgrades on
// Sundays: that of April 12 is skipped, and that of April 26 has a run.
func newWindows() []ops.WindowState {
	const zone = "Europe/Berlin"
	spring := &ops.ClockChange{At: berlin(29, 3, 0), Before: time.Hour, After: 2 * time.Hour}
	nightly := ops.WindowState{
		Environment: "production", Name: "nightly", Cron: "30 2 * * *", Zone: zone, Duration: time.Hour,
		Does: []ops.Chore{ops.ChoreBackup, ops.ChoreVerify}, Change: spring,
	}
	upgrades := ops.WindowState{
		Environment: "production", Name: "upgrades", Cron: "0 4 * * SUN", Zone: zone, Duration: 2 * time.Hour,
		Does: []ops.Chore{ops.ChoreUpgrade}, Pinned: ops.Version{Major: 3}, Change: spring,
	}
	for i := range 5 {
		nightly.Next = append(nightly.Next, comingAt("nightly", time.Date(2099, time.March, 27+i, 2, 30, 0, 0, time.UTC), berlin(27+i, 2, 30), time.Hour))
		upgrades.Next = append(upgrades.Next, comingAt("upgrades", time.Date(2099, time.March, 29+7*i, 4, 0, 0, 0, time.UTC), berlin(29+7*i, 4, 0), 2*time.Hour))
	}
	upgrades.Next[2].State, upgrades.Next[2].By, upgrades.Next[2].Reason = ops.Skipped, bob, "Easter"
	upgrades.Next[4].Run = "r-wait23"
	return []ops.WindowState{nightly, upgrades}
}

func comingAt(window string, meant, opens time.Time, lasts time.Duration) ops.Occurrence {
	return ops.Occurrence{Environment: "production", State: ops.Coming, Opening: ops.Opening{
		Window: window, Key: meant.Format("2006-01-02T15:04"), Zone: "Europe/Berlin", Opens: opens.UTC(), Closes: opens.Add(lasts).UTC(),
	}}
}

func newPast() []ops.Occurrence {
	failed := comingAt("upgrades", moment, moment, 2*time.Hour)
	failed.State, failed.Run, failed.Began, failed.Ended = ops.BrokeDown, "r-old234", moment, moment.Add(12*time.Minute)
	failed.Reason = "upgrade: run r-old234 was rolled back"
	failed.Chores = []ops.ChoreResult{{Chore: ops.ChoreUpgrade, Level: ops.Fail, Fact: "run r-old234 was rolled back", Took: 12 * time.Minute}}
	skipped := comingAt("nightly", moment, moment.Add(-24*time.Hour), time.Hour)
	skipped.State, skipped.By, skipped.Reason = ops.Skipped, alice, "the disk is replaced"
	used := comingAt("nightly", moment, moment.Add(-48*time.Hour), time.Hour)
	used.State, used.Began, used.Ended = ops.Used, used.Opens, used.Opens.Add(3*time.Minute)
	used.Chores = []ops.ChoreResult{
		{Chore: ops.ChoreBackup, Level: ops.Pass, Fact: "a.dump.zst was taken and read back", Took: 2 * time.Minute},
		{Chore: ops.ChoreVerify, Level: ops.Warn, Fact: "disk: 12 GB are free", Took: time.Minute},
	}
	missed := comingAt("nightly", moment, moment.Add(-72*time.Hour), time.Hour)
	missed.State, missed.Reason = ops.PassedUnmet, "ktops did not run then"
	return []ops.Occurrence{failed, skipped, used, missed}
}

func newFreezes() []ops.Freeze {
	return []ops.Freeze{{
		ID: "c-1a2b3c4d", Environment: "production", From: berlin(31+4, 0, 0).UTC(), Until: berlin(31+7, 0, 0).UTC(),
		Reason: "audit", Source: "configuration",
	}}
}

func newDrill() ops.Drill {
	return ops.Drill{
		File: "r-old234.dump.zst", Took: 42 * time.Second, Tables: 12, Rows: 3_000_000, Bytes: 1_096_800_000,
		Checks: []ops.Finding{{Check: "tables", Level: ops.Pass, Fact: "12, as in the backup"}},
	}
}

// newMajor is a planned downtime to 3.0.0.
func newMajor() ops.Plan {
	step := func(name string, kind ops.Kind, component ops.Component, takes time.Duration) ops.Step {
		return ops.Step{Name: name, Kind: kind, Component: component, Estimate: takes}
	}
	api := step("start api", ops.StartService, ops.API, 4*time.Minute)
	api.Migrates = true
	return ops.Plan{
		Environment: "production", From: from, Target: ops.Version{Major: 3}, Strategy: ops.Window, At: moment,
		Why: "a major version takes a maintenance window", Digest: "sha256:fedcba9876543210",
		Steps: []ops.Step{
			step("pull images", ops.PullImages, "", 15*time.Second),
			step("back up database", ops.TakeBackup, ops.Database, 2*time.Minute),
			step("read backup back", ops.VerifyBackup, ops.Database, 30*time.Second),
			step("close edge", ops.CloseEdge, "", 2*time.Second),
			step("drain", ops.Drain, "", 20*time.Second),
			step("stop gateway", ops.StopService, ops.Gateway, 10*time.Second),
			step("stop api", ops.StopService, ops.API, 10*time.Second),
			step("snapshot database", ops.Snapshot, ops.Database, 5*time.Second),
			api,
			step("pin KT_API", ops.Pin, ops.API, time.Second),
			step("start gateway", ops.StartService, ops.Gateway, 10*time.Second),
			step("verify", ops.Verify, "", 15*time.Second),
			step("open edge", ops.OpenEdge, "", 2*time.Second),
			step("prune old backups", ops.Prune, ops.Database, time.Second),
		},
		Checks: []ops.Finding{{Check: "edge", Level: ops.Pass, Fact: "open, and ready to be closed"}},
	}
}
