package console

import (
	"fmt"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// migrations are the pending ones with what they do; empty when there are none.
func migrations(s Style, p ops.Plan) string {
	if len(p.Facts.Pending) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nMigrations that will be applied\n")
	if len(p.Migrations) == 0 { // planned before statements were told
		rows := make([][]string, 0, len(p.Facts.Pending))
		for _, m := range p.Facts.Pending {
			rows = append(rows, []string{fmt.Sprintf("%04d", m.Version), m.Description})
		}
		return b.String() + table("  ", rows)
	}
	for _, m := range p.Migrations {
		fmt.Fprintf(&b, "  %04d  %s, %s\n", m.Version, m.Description, Bytes(int64(m.Bytes)))
		for _, st := range m.Statements {
			fmt.Fprintf(&b, "        %s\n", s.paint(dim, st.Text))
			for _, h := range st.Hints {
				fmt.Fprintf(&b, "      %s %s\n", s.levelMark(ops.Warn), h)
			}
		}
		if m.Unread != "" {
			fmt.Fprintf(&b, "      %s statements not classified: %s\n", s.levelMark(ops.Warn), m.Unread)
		}
	}
	return b.String()
}
