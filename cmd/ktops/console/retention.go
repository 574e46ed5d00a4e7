package console

import (
	"cmp"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/keeptrusts/ktops/ops"
)

// WouldPrune tells what a prune would remove, and why.
func WouldPrune(s Style, r ops.Retention) string {
	return retained(s, r, "would go") + "Nothing was removed.\n"
}

// Pruned tells what a prune has removed, and why.
func Pruned(s Style, r ops.Retention) string {
	return retained(s, r, "goes") + strings.ToUpper(r.Done[:min(1, len(r.Done))]) + cmp.Or(r.Done[min(1, len(r.Done)):], "Nothing to remove") + ".\n"
}

func retained(s Style, r ops.Retention, goes string) string {
	if len(r.Items) == 0 {
		return ""
	}
	rows := [][]string{{" ", "", "TAKEN", "SIZE", "WHY", "NAME"}}
	for _, item := range r.Items {
		mark, what, size := s.levelMark(ops.Pass), "stays", ""
		if item.Goes {
			mark, what = s.levelMark(ops.Warn), goes
		}
		if item.Bytes > 0 {
			size = Bytes(item.Bytes)
		}
		rows = append(rows, []string{mark, what, Time(item.At), size, item.Why, item.Name})
	}
	return table("", rows)
}

// Restored is what restoring a backup for inspection has shown, and how to look at it.
func Restored(s Style, r ops.Restored) string {
	return strings.Join([]string{
		s.levelMark(ops.Worst(r.Checks)) + " " + r.File,
		"  restored into database " + r.Database + " in " + Duration(r.Took) + ": " + plural(r.Tables, "table") + ", " +
			humanize.Comma(r.Rows) + " rows, " + Bytes(r.Bytes),
		strings.TrimSuffix(Findings(s, r.Checks), "\n"),
		"  look at it:  " + strings.Join(r.Connect, " "),
		"  drop it:     " + strings.Join(r.Drop, " "),
		"",
	}, "\n")
}
