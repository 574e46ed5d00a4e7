package console

import (
	"fmt"

	"github.com/keeptrusts/ktops/ops"
)

// Schedule is what comes next in the windows of an environment, on a line each, and
// whether it is frozen; empty where it has neither.
func Schedule(s Style, windows []ops.WindowState, freezes []ops.Freeze, zone string) string {
	var rows [][]string
	for _, w := range windows {
		if len(w.Next) == 0 {
			continue
		}
		o := w.Next[0]
		rows = append(rows, []string{"Window", w.Name, Opening(o.Opening), does(w), occurrence(s, o, w.Does, freezes)})
	}
	text := table("", rows) + frozenNow(s, freezes, zone)
	if len(windows) == 0 && len(freezes) > 0 {
		text += fmt.Sprintf("%s to come: ktops freeze list\n", plural(len(freezes), "freeze"))
	}
	return text
}
