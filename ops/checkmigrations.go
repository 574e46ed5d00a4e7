package ops

import (
	"fmt"
	"slices"
	"strings"
)

// checkMigrations compares the image's migrations with _sqlx_migrations, as the
// API itself will at its start: one that is modified, missing from the image or
// dirty keeps it from starting.
func checkMigrations(o Observation, p Plan) Finding {
	f := Finding{Check: "migrations", Level: Pass}
	if o.Platform.MigrationsUnread != "" {
		f.Level, f.Fact = Warn, "cannot be read from the image: "+o.Platform.MigrationsUnread
		f.Advice = "set platform.compose.migrations to their path in the API image, or releases.bundle to where releases are"
		return f
	}
	target := map[int64]Migration{}
	for _, m := range o.Platform.Migrations {
		target[m.Version] = m
	}
	var bad []string
	for _, m := range o.Database.Applied {
		t, ok := target[m.Version]
		switch {
		case !m.Success:
			bad = append(bad, fmt.Sprintf("%04d is dirty: it failed half way", m.Version))
		case !ok:
			bad = append(bad, fmt.Sprintf("%04d is applied but missing from the target", m.Version))
		case t.Checksum != m.Checksum:
			bad = append(bad, fmt.Sprintf("%04d was modified after it was applied", m.Version))
		}
	}
	if len(bad) > 0 {
		f.Level, f.Fact = Fail, strings.Join(bad, "; ")
		f.Advice = "the target API would refuse to start on this schema; ask who built it"
		return f
	}
	f.Fact = plural(len(p.Facts.Pending), "pending migration")
	if n := p.Facts.Beyond; n > 0 {
		f.Level = Warn
		f.Fact += fmt.Sprintf("; %s applied that the running API %s does not have", plural(n, "migration"), p.From)
		f.Advice = "it could not start again on this schema, so this upgrade is not put back by itself if it fails"
	}
	var late, untimed []string
	for _, m := range p.Facts.Pending {
		if m.Version < p.Facts.LastSchema {
			late = append(late, fmt.Sprintf("%04d", m.Version))
		}
	}
	for _, m := range o.Database.Applied {
		if m.ExecutionTime < 0 {
			untimed = append(untimed, fmt.Sprintf("%04d", m.Version))
		}
	}
	if len(untimed) > 0 {
		f.Level = Warn
		f.Fact += fmt.Sprintf("; %s applied, but its API ended before it noted how long that took", strings.Join(untimed, ", "))
		f.Advice = "sqlx goes on from it, for it commits before it notes the time; look why the API ended"
	}
	if len(late) > 0 {
		f.Level = Warn
		f.Fact += "; out of order: " + strings.Join(late, ", ") + " come before one that is already applied"
		f.Advice = "sqlx applies them all the same; ask who built the release whether they may come late"
	}
	return f
}

// maxHints is how many hints a check names; the plan has them all.
const maxHints = 3

// checkHints warns of what the text of the migrations says about them, until a rehearsal
// of the same migrations has measured it.
func checkHints(o Observation, p Plan) []Finding {
	var hints, unread []string
	for _, m := range p.Migrations {
		for _, h := range m.Hints() {
			hints = append(hints, fmt.Sprintf("%04d %s", m.Version, h))
		}
		if m.Unread != "" {
			unread = append(unread, fmt.Sprintf("%04d: %s", m.Version, m.Unread))
		}
	}
	rehearsed := o.Rehearsal != nil && slices.Equal(o.Rehearsal.Pending, p.Facts.Pending)
	var findings []Finding
	if len(hints) > 0 && !rehearsed {
		fact := strings.Join(hints[:min(len(hints), maxHints)], "; ")
		if more := len(hints) - maxHints; more > 0 {
			fact += fmt.Sprintf("; and %d more", more)
		}
		findings = append(findings, Finding{Check: "migration statements", Level: Warn, Fact: fact,
			Advice: "a rehearsal measures what these do here: rehearse " + p.Target.String()})
	}
	if len(unread) > 0 && !rehearsed {
		findings = append(findings, Finding{Check: "migration statements", Level: Warn, Fact: "not classified: " + strings.Join(unread, "; "),
			Advice: "a rehearsal measures what they do here: rehearse " + p.Target.String()})
	}
	return findings
}
