package ops

import "fmt"

// rehearsalPlan tries the target on a copy of the data. Nothing that users see is part
// of it, so it needs no approval, no window and no edge.
func rehearsalPlan(o Observation, from Version, req Request, rules Rules) (Plan, error) {
	if o.Database.Backup == nil {
		return Plan{}, Refuse("a rehearsal restores the newest verified backup, and there is none", "backup create")
	}
	facts, to := factsOf(o), req.Target
	plan := Plan{
		Environment: o.Environment, Target: to, From: from, Strategy: Rehearsing, At: o.At, Facts: facts,
		Why: fmt.Sprintf("%s is tried on a copy of the data, of %s; nothing that users see is touched", to, ClockText(o.Database.Backup.At, "UTC")),
		Steps: []Step{
			{Name: "pull images", Kind: PullImages, To: to},
			{Name: "restore to scratch", Kind: RestoreScratch, Component: Database, From: from, To: to},
			{Name: "rehearse migrations", Kind: Rehearse, Component: API, From: from, To: to},
			{Name: "clear scratch", Kind: ClearScratch, Component: Database, From: from, To: to},
		},
	}
	plan.Steps = estimate(plan.Steps, o)
	plan.Checks = append([]Finding{checkRehearsalBackup(o), checkScratchDisk(o, rules)}, checkImages(o)...)
	plan.Checks = append(plan.Checks, checkMigrations(o, plan))
	plan.Checks = append(plan.Checks, o.Unseen...)
	plan.Digest = plan.digest()
	return plan, nil
}

// refuseRehearsal refuses what a rehearsal cannot be, or where there is nothing to
// rehearse on.
func refuseRehearsal(env Environment, req Request) error {
	again := "rehearse " + req.Target.String()
	switch {
	case env.Scratch == nil || env.Bench == nil:
		return Refuse(env.Name+" has nothing to rehearse on: that takes a platform on which ktops can start one more API, and the database's backups",
			"configure platform.compose and backup.directory in ktops.yaml")
	case req.Urgent:
		return Refuse("a rehearsal needs no urgency: it is not approved and passes freezes", again)
	case req.Window != "" || req.Opening != nil:
		return Refuse("a rehearsal needs no window: users do not notice it", again)
	case req.Strategy != "" && req.Strategy != Auto && req.Strategy != Rehearsing:
		return Refuse(fmt.Sprintf("a rehearsal is neither rolling nor in a window, and %s was asked for", req.Strategy), again)
	}
	return nil
}

func checkRehearsalBackup(o Observation) Finding {
	b := o.Database.Backup
	return Finding{Check: "backup", Level: Pass, Fact: fmt.Sprintf("the newest verified one is restored: %s old, %s", DurationText(o.At.Sub(b.At)), bytesText(b.Bytes))}
}

// checkScratchDisk tells whether there is room for a second database, and for what the
// migrations write in it.
func checkScratchDisk(o Observation, rules Rules) Finding {
	f := Finding{Check: "database disk", Level: Pass}
	if o.Database.DataFree == nil {
		f.Level, f.Fact = Warn, "the database's data directory cannot be seen from here"
		f.Advice = "make sure that its disk has room for a second database, or set database.data_directory"
		return f
	}
	need := o.Database.Bytes + rules.DiskMargin
	if len(o.Database.Largest) > 0 {
		need += 2 * o.Database.Largest[0].Bytes // the new table and its write-ahead log
	}
	f.Fact = fmt.Sprintf("%s free, the copy and its migrations may need up to %s with the margin", bytesText(*o.Database.DataFree), bytesText(need))
	if *o.Database.DataFree < need {
		f.Level, f.Advice = Fail, fmt.Sprintf("free %s more on the database's disk", bytesText(need-*o.Database.DataFree))
	}
	return f
}
