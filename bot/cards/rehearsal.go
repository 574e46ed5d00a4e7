package cards

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// ActionPlan is the button that plans what was rehearsed; its value is the run's ID.
const ActionPlan = "run.plan"

// shownMigrations is how many migrations a card tells of one by one.
const shownMigrations = 8

func planButton(run ops.Run) slack.BlockElement {
	return button(ActionPlan, "Plan "+run.Plan.Target.String(), slack.StylePrimary, run, nil)
}

// verdictLines tell what a rehearsal means for an upgrade and for the way back.
func verdictLines(r ops.Rehearsal) []string {
	if r.Failed != "" {
		return []string{fmt.Sprintf("❌ *%s does not come up on this data*: an upgrade would stop here", r.Target), fence(r.Failed, maxLog)}
	}
	lines := []string{fmt.Sprintf("✅ *%s comes up on this data*, %s after its start", r.Target, duration(r.Boot))}
	return append(lines, strategyLine(r),
		triedLine(r.Answers, fmt.Sprintf("%s goes on answering on the new schema", r.From), fmt.Sprintf("%s does not go on answering on the new schema", r.From)),
		triedLine(r.Starts, fmt.Sprintf("%s starts on the new schema: *images alone can go back*", r.From),
			fmt.Sprintf("%s does not start on the new schema: *going back takes the database along*", r.From)))
}

// strategyLine tells how the version can be brought, by what was measured.
func strategyLine(r ops.Rehearsal) string {
	against := inline(r.Against(), maxLine)
	switch {
	case against != "":
		return fmt.Sprintf("%s *%s will take a window*: %s", icon(ops.Warn), r.Target, against)
	case r.Target.Major != r.From.Major:
		return fmt.Sprintf("%s *%s will take a window*, as a major version always does; nothing that was measured asks for one", icon(ops.Pass), r.Target)
	}
	return fmt.Sprintf("%s *%s can roll*: nothing that was measured speaks against it", icon(ops.Pass), r.Target)
}

// triedLine tells how a trial came out; it is careful where nothing was tried.
func triedLine(t ops.Tried, yes, no string) string {
	switch {
	case t.OK:
		return join(icon(ops.Pass)+" "+yes, inline(t.Fact, maxLine))
	case t.Fact == "":
		return "▫️ not tried, so taken for a no: " + no
	}
	return join(icon(ops.Warn)+" "+no, inline(t.Fact, maxLine))
}

// migratedLines tell what each migration did, and all of them together.
func migratedLines(r ops.Rehearsal) []string {
	if len(r.Migrations) == 0 {
		return []string{"No migration was seen to end, on the backup of " + moment(r.BackupAt)}
	}
	lines := []string{fmt.Sprintf("*%s in %s*, on the backup of %s; the database grew by %s",
		capital(count(len(r.Migrations), "migration")), duration(r.Took()), moment(r.BackupAt), size(r.Growth))}
	for _, m := range r.Migrations[:min(len(r.Migrations), shownMigrations)] {
		lines = append(lines, migrationLine(m))
	}
	if rest := len(r.Migrations) - shownMigrations; rest > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more", rest))
	}
	return lines
}

func migrationLine(m ops.RehearsedMigration) string {
	line := fmt.Sprintf("• %04d %s – %s", m.Version, inline(m.Description, 60), duration(m.Took))
	var tables []string
	for _, t := range m.Rewrites {
		tables = append(tables, fmt.Sprintf("%s (%s)", code(t.Name, 40), size(t.Bytes)))
	}
	if len(tables) > 0 {
		line += "; *rewrites* " + listed(tables, 3)
	}
	tables = nil
	for _, l := range m.Locks {
		tables = append(tables, fmt.Sprintf("%s on %s for %s", inline(l.Mode, 40), code(l.Table, 40), duration(l.Held)))
	}
	if len(tables) > 0 {
		line += "; locks: " + listed(tables, 3)
	}
	return line
}
