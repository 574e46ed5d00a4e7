package ops

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// checklist is the guide's Pre-Upgrade Checklist, all six points, and what the
// guide leaves to luck: images, migrations, compatibility at every moment,
// leftovers, and services that cannot roll.
func checklist(o Observation, p Plan, req Request, rules Rules) []Finding {
	checks := []Finding{
		checkBackup(o), checkVersions(o, rules, p.Target), checkDataDisk(o, p, rules), checkBackupDisk(o, rules),
		checkConnections(o), checkExports(o),
	}
	checks = append(checks, checkImages(o)...)
	checks = append(append(checks, checkMigrations(o, p)), checkHints(o, p)...)
	checks = append(checks, checkServices(o, p.Strategy)...)
	checks = append(checks, checkCompatibility(o, p, rules))
	if p.Strategy == Window {
		checks = append(append(checks, checkEdge(o.Edge)...), checkSnapshot(o, p)...)
	}
	if f := o.Database.Continuity.ZeroLoss(); f != nil {
		checks = append(checks, *f)
	}
	if f, ok := checkLeftovers(o); ok {
		checks = append(checks, f)
	}
	if f, ok := checkRehearsal(o, p, req, rules); ok {
		checks = append(checks, f)
	}
	if f, ok := checkSoak(o, req); ok {
		checks = append(checks, f)
	}
	return append(checks, o.Unseen...)
}

// checkBackup is point 1 and 4 of the checklist. The run takes and reads back its
// own backup; the newest one from before tells whether that works here.
func checkBackup(o Observation) Finding {
	f := Finding{Check: "backup", Level: Pass}
	if client, server := major(o.Database.Client), major(o.Database.Server); client < server {
		f.Level, f.Fact = Fail, fmt.Sprintf("pg_dump %s cannot read a server of version %s", o.Database.Client, o.Database.Server)
		f.Advice = fmt.Sprintf("install postgresql-client-%d, or set database.bin to where it is", server)
		return f
	}
	b := o.Database.Backup
	if b == nil {
		f.Level, f.Fact = Warn, "no verified backup exists yet; this run takes one and reads it back before anything changes"
		f.Advice = "take one first to know that it works here: backup create"
		return f
	}
	f.Fact = fmt.Sprintf("taken and read back before anything changes; the newest verified one is %s old, %s",
		DurationText(o.At.Sub(b.At)), bytesText(b.Bytes))
	return f
}

// major is the major version of PostgreSQL in a text such as 15.18; zero when it
// is not known.
func major(version string) int {
	number, _, _ := strings.Cut(version, ".")
	n, _ := strconv.Atoi(number) // zero: not known
	return n
}

// checkVersions is point 2: every component and kt.
func checkVersions(o Observation, rules Rules, target Version) Finding {
	f := Finding{Check: "versions", Level: Pass}
	var parts []string
	for _, s := range o.Platform.Services {
		parts = append(parts, versionsText(s))
	}
	cli := "kt not seen"
	if !o.App.CLI.IsZero() {
		cli = "kt " + o.App.CLI.String()
	}
	f.Fact = strings.Join(append(parts, cli), ", ")
	need, err := rules.Matrix.For(target)
	if err == nil && !o.App.CLI.IsZero() && o.App.CLI.CompareLine(need.CLI) < 0 {
		f.Level, f.Advice = Warn, fmt.Sprintf("API %s needs kt %s or newer; upgrade kt", target, need.CLI.Line())
	}
	api := o.Platform.Service(API)
	if v := o.App.APIVersion; api != nil && !v.IsZero() && !slices.ContainsFunc(api.Containers, func(c Container) bool { return c.Version == v }) {
		f.Level = Warn
		f.Advice = fmt.Sprintf("the API says it is %s, but its image is tagged otherwise: check the image", v)
	}
	return f
}

// versionsText is a service's versions with how many containers run each.
func versionsText(s Service) string {
	var parts []string
	for _, f := range runningFacts(s) {
		parts = append(parts, fmt.Sprintf("%d × %s", f.Containers, f.Version))
	}
	return fmt.Sprintf("%s %s", s.Component, strings.Join(parts, " and "))
}

// checkDataDisk is point 3. A migration may write its largest table anew.
func checkDataDisk(o Observation, p Plan, rules Rules) Finding {
	f := Finding{Check: "database disk", Level: Pass}
	if o.Database.DataFree == nil {
		f.Level, f.Fact = Warn, "the database's data directory cannot be seen from here"
		f.Advice = "set database.data_directory where ktops runs on the database's machine, or watch its disk"
		return f
	}
	need := rules.DiskMargin
	if p.Migrates() && len(o.Database.Largest) > 0 {
		need += 2 * o.Database.Largest[0].Bytes // the new table and its write-ahead log
	}
	f.Fact = fmt.Sprintf("%s free, migrations may need up to %s with the margin", bytesText(*o.Database.DataFree), bytesText(need))
	if *o.Database.DataFree < need {
		f.Level, f.Advice = Fail, fmt.Sprintf("free %s more on the database's disk", bytesText(need-*o.Database.DataFree))
	}
	return f
}

// checkBackupDisk is the other half of point 3.
func checkBackupDisk(o Observation, rules Rules) Finding {
	f := Finding{Check: "backup disk", Level: Pass}
	need := o.Database.Bytes/2 + rules.DiskMargin
	if b := o.Database.Backup; b != nil {
		need = b.Bytes*5/4 + rules.DiskMargin
	}
	f.Fact = fmt.Sprintf("%s free in %s, the backup may need %s with the margin", bytesText(o.Database.BackupFree), o.Database.BackupDir, bytesText(need))
	if o.Database.BackupFree < need {
		f.Level, f.Advice = Fail, fmt.Sprintf("free %s more in %s", bytesText(need-o.Database.BackupFree), o.Database.BackupDir)
	}
	return f
}

// checkConnections is point 5.
func checkConnections(o Observation) Finding {
	f := Finding{Check: "connections", Level: Pass}
	if o.App.Connections == nil {
		f.Level, f.Fact = Warn, "the API does not tell its active connections"
		return f
	}
	f.Fact = fmt.Sprintf("%d active on the API, %s", *o.App.Connections, plural(o.Database.Sessions, "database session"))
	return f
}

// checkExports is point 6.
func checkExports(o Observation) Finding {
	f := Finding{Check: "exports", Level: Pass}
	switch n := o.App.PendingExports; {
	case n == nil:
		f.Level, f.Fact = Warn, "pending exports cannot be seen"
		f.Advice = "set checks.api_token to a token that may list exports"
	case *n > 0:
		f.Level, f.Fact = Warn, plural(*n, "pending export")
		f.Advice = "an export that runs on a stopped API starts over; wait for them if that matters"
	default:
		f.Fact = "none pending"
	}
	return f
}

func checkImages(o Observation) []Finding {
	var local, missing []string
	var findings []Finding
	for _, img := range o.Platform.Images {
		if img.Missing != "" {
			missing = append(missing, img.Ref)
			findings = append(findings, Finding{Check: "image " + img.Ref, Level: Fail, Fact: img.Missing,
				Advice: "check the version and the registry"})
		} else if img.Local {
			local = append(local, img.Ref)
		}
	}
	if len(missing) > 0 {
		return findings
	}
	return []Finding{{Check: "images", Level: Pass,
		Fact: fmt.Sprintf("%s for this architecture, %d already here", plural(len(o.Platform.Images), "image"), len(local))}}
}

// checkServices fails what cannot roll, cannot be pinned, or is ill before it begins.
func checkServices(o Observation, strategy Strategy) []Finding {
	var findings []Finding
	fail := func(s Service, fact, advice string) {
		findings = append(findings, Finding{Check: "service " + s.Name, Level: Fail, Fact: fact, Advice: advice})
	}
	for _, s := range o.Platform.Services {
		healthy := 0
		for _, c := range s.Containers {
			if c.Healthy {
				healthy++
			}
		}
		switch {
		case s.Replicas == 0:
			fail(s, "the Compose file asks for none of it", "set its replicas to at least 1, or start it, before it is upgraded")
		case s.Bound != "":
			fail(s, s.Bound, "neither a rolling upgrade nor a window can replace its containers; change that setting")
		case s.Fixed != "" && strategy == Rolling:
			fail(s, s.Fixed, "a rolling upgrade runs two for a moment; remove that setting, or upgrade in a window")
		case s.Variable == "":
			fail(s, "its image tag is not a variable", "write image: …:${KEEPTRUSTS_"+strings.ToUpper(string(s.Component))+"_TAG} and set it in .env")
		case healthy < s.Replicas:
			fail(s, fmt.Sprintf("%d of %d containers are healthy", healthy, s.Replicas), "make it healthy before it is upgraded")
		}
	}
	if findings != nil {
		return findings
	}
	fact := "all healthy, and each can run old and new side by side"
	if strategy == Window {
		fact = "all healthy, and each can be stopped and made anew"
	}
	return []Finding{{Check: "services", Level: Pass, Fact: fact}}
}

// checkCompatibility looks at every moment of the run, not only at its end: while
// the API is new, console and gateways are still old.
func checkCompatibility(o Observation, p Plan, rules Rules) Finding {
	f := Finding{Check: "compatibility", Level: Pass}
	need, err := rules.Matrix.For(p.Target)
	if err != nil {
		return Finding{Check: "compatibility", Level: Fail, Fact: err.Error(), Advice: "correct releases.compatibility"}
	}
	for _, s := range o.Platform.Services {
		for _, c := range s.Containers {
			if c.Version.Compare(p.Target) > 0 {
				return Finding{Check: "compatibility", Level: Fail, Fact: fmt.Sprintf("%s runs %s, which is newer than %s", c.Name, c.Version, p.Target),
					Advice: "an upgrade takes nothing down to an older version: upgrade to " + c.Version.String()}
			}
		}
	}
	if p.Strategy == Window {
		f.Fact = "nothing serves while versions differ: the edge is closed"
		return f
	}
	gateway, console := oldest(o.Platform.Service(Gateway), p.From), oldest(o.Platform.Service(Console), p.From)
	f.Fact = fmt.Sprintf("gateway %s works with API %s until it is upgraded", gateway, p.Target)
	if console.CompareLine(need.Console) < 0 {
		f.Fact += fmt.Sprintf("; console %s meets API %s only until its own step", console, p.Target)
	}
	return f
}

func checkLeftovers(o Observation) (Finding, bool) {
	if len(o.Platform.Leftovers) == 0 {
		return Finding{}, false
	}
	var names []string
	for _, c := range o.Platform.Leftovers {
		names = append(names, c.Name)
	}
	return Finding{Check: "leftovers", Level: Warn, Fact: "of an earlier attempt: " + strings.Join(names, ", "),
		Advice: "this run removes them"}, true
}

// checkSoak holds a version back until staging has run it healthily long enough;
// a security release may go at once, with a reason.
func checkSoak(o Observation, req Request) (Finding, bool) {
	s := o.Soaked
	if s == nil {
		return Finding{}, false
	}
	f := Finding{Check: "soak", Level: Pass}
	switch {
	case s.Version != req.Target:
		f.Level, f.Fact = Fail, fmt.Sprintf("%s runs %s, not %s", s.Environment, s.Version, req.Target)
		f.Advice = fmt.Sprintf("upgrade %s first and let it run for %s", s.Environment, DurationText(s.Required))
	case !s.Healthy:
		f.Level, f.Fact = Fail, fmt.Sprintf("%s runs %s but is not healthy", s.Environment, s.Version)
		f.Advice = "find out why before it goes further"
	case s.For < s.Required:
		f.Level, f.Fact = Fail, fmt.Sprintf("%s has run %s for %s of %s", s.Environment, s.Version, DurationText(s.For), DurationText(s.Required))
		f.Advice = fmt.Sprintf("wait another %s", DurationText(s.Required-s.For))
	default:
		f.Fact = fmt.Sprintf("%s has run %s healthily for %s", s.Environment, s.Version, DurationText(s.For))
	}
	if f.Level == Fail && req.Urgent {
		f.Level, f.Advice = Warn, "waived as urgent: "+req.Reason
	} else if f.Level == Fail {
		f.Advice += ", or mark a security release urgent with a reason"
	}
	return f, true
}
