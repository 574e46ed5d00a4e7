package console

import (
	"fmt"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// Rehearsal is what trying a version on a copy of the data has shown.
func Rehearsal(s Style, r ops.Rehearsal) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Rehearsal of %s on %s (data of %s)\n", r.Target, r.Backup, Time(r.BackupAt))
	fmt.Fprintf(&b, "  restored in %s; up after %s, of it %s of migrations; the database grew by %s\n",
		Duration(r.Restore), Duration(r.Boot), Duration(r.Took()), Bytes(r.Growth))
	for _, m := range r.Migrations {
		fmt.Fprintf(&b, "  %04d %s: %s%s\n", m.Version, m.Description, Duration(m.Took), s.paint(yellow, cost(m)))
	}
	if r.Failed != "" {
		fmt.Fprintf(&b, "  %s %s\n", s.levelMark(ops.Fail), r.Failed)
		return b.String()
	}
	b.WriteString(tried(s, fmt.Sprintf("%s goes on while %s migrates, so the upgrade can roll", r.From, r.Target), r.Answers))
	b.WriteString(tried(s, fmt.Sprintf("%s starts on the new schema, so images alone can go back", r.From), r.Starts))
	return b.String()
}

// cost is what a migration rewrites and locks.
func cost(m ops.RehearsedMigration) string {
	var b strings.Builder
	for _, t := range m.Rewrites {
		fmt.Fprintf(&b, "; writes %s (%s) anew", t.Name, Bytes(t.Bytes))
	}
	for _, l := range m.Locks {
		fmt.Fprintf(&b, "; %s on %s for %s", l.Mode, l.Table, Duration(l.Held))
	}
	return b.String()
}

func tried(s Style, claim string, t ops.Tried) string {
	mark := s.levelMark(ops.Pass)
	if !t.OK {
		mark, claim = s.levelMark(ops.Warn), "not so: "+claim
	}
	if t.Fact != "" {
		claim += ": " + t.Fact
	}
	return "  " + mark + " " + claim + "\n"
}
