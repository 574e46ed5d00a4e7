package cards

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// shownStatements is how many statements of one migration a card tells of.
const shownStatements = 4

// migrationBlocks tell what the pending migrations do, as far as their files say; none
// where nothing was read.
func migrationBlocks(p ops.Plan) []slack.Block {
	if len(p.Migrations) == 0 {
		return nil
	}
	lines := []string{"*What the migrations do*"}
	for _, m := range p.Migrations {
		lines = append(lines, fmt.Sprintf("• %04d %s – %s", m.Version, inline(m.Description, 60), statementsText(m)))
	}
	return []slack.Block{section(lines...)}
}

func statementsText(m ops.PlannedMigration) string {
	if m.Unread != "" {
		return "not classified: " + inline(m.Unread, maxLine)
	}
	var does []string
	for _, s := range m.Statements {
		text := inline(s.Kind, 40)
		if s.Table != "" {
			text += " " + code(s.Table, 60)
		}
		if len(s.Hints) > 0 {
			text += " " + icon(ops.Warn)
		}
		does = append(does, text)
	}
	return orDash(listed(does, shownStatements))
}
