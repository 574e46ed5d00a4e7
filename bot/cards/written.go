package cards

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/keeptrusts/ktops/ops"
)

// shownTables is how many tables a card counts one by one.
const shownTables = 5

// rows is "1 row" or "1,204 rows".
func rows(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return humanize.Comma(n) + " rows"
}

// lossText is what a way back loses, in a few words.
func lossText(lost *ops.Written) string {
	switch {
	case lost == nil:
		return "nothing"
	case lost.Unknown != "":
		return "an unknown number of rows"
	case lost.AtMost != "":
		return "at most " + rows(lost.Rows())
	}
	return rows(lost.Rows())
}

// lossLines count what a way back loses: how much in all, in which tables, and how
// sure that is.
func lossLines(lost *ops.Written) []string {
	if lost == nil {
		return []string{"Loses *nothing*: the database stays as it is"}
	}
	lines := []string{fmt.Sprintf("Loses *%s*, written from %s to %s", lossText(lost), moment(lost.Since), moment(lost.Until))}
	switch {
	case lost.Unknown != "":
		lines = append(lines, "• not known, because "+inline(lost.Unknown, maxLine))
	case lost.AtMost != "":
		lines = append(lines, "• at most, because "+inline(lost.AtMost, maxLine))
	}
	return append(append(lines, tableLines(lost.Tables)...), "• "+walText(*lost))
}

// tableLines count the tables that were written to most.
func tableLines(tables []ops.TableWrites) []string {
	var lines []string
	for _, t := range tables[:min(len(tables), shownTables)] {
		lines = append(lines, fmt.Sprintf("• %s: %s inserted, %s updated, %s deleted", code(t.Table, maxWord),
			humanize.Comma(t.Inserted), humanize.Comma(t.Updated), humanize.Comma(t.Deleted)))
	}
	if rest := tables[len(lines):]; len(rest) > 0 {
		lines = append(lines, fmt.Sprintf("• %s more: %s", count(len(rest), "table"), rows(ops.Written{Tables: rest}.Rows())))
	}
	return lines
}

func walText(lost ops.Written) string {
	newest := ""
	if !lost.Newest.IsZero() {
		newest = fmt.Sprintf("newest row from %s in %s", moment(lost.Newest), code(lost.NewestIn, maxWord))
	}
	return join(size(lost.WAL)+" of write-ahead log, maintenance included", newest)
}
