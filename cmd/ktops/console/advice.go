package console

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/keeptrusts/ktops/ops"
)

// topTables is how many tables are named of those that lose rows.
const topTables = 5

// Advice is every way back with its cost, the one that loses least first.
func Advice(s Style, a ops.Advice) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", s.paint(bold, fmt.Sprintf("%s: back from %s to %s, before run %s", a.Environment, a.From, a.To, a.Run)))
	for _, c := range a.Choices {
		fmt.Fprintf(&b, "\n%s\n", choiceHead(s, c))
		if !c.Possible {
			continue
		}
		if c.Backup != "" {
			fmt.Fprintf(&b, "    restores  %s\n", c.Backup)
		}
		if !c.ReturnsTo.IsZero() {
			fmt.Fprintf(&b, "    database  as it was at %s\n", Time(c.ReturnsTo))
		}
		fmt.Fprintf(&b, "    loses     %s\n", lost(s, c.Lost))
		fmt.Fprintf(&b, "    takes     %s\n", takes(c))
		fmt.Fprintf(&b, "    needs     %s\n", plural(c.Approvals, "approval"))
		if len(c.Afterwards) > 0 {
			fmt.Fprintf(&b, "    checks    %s\n", strings.Join(c.Afterwards, ", "))
		}
	}
	return b.String()
}

func choiceHead(s Style, c ops.Choice) string {
	if !c.Possible {
		return s.paint(red, "✗") + " " + string(c.Way) + ": " + c.Why
	}
	return s.paint(green, "✓") + " " + string(c.Way) + ": " + c.Why
}

func takes(c ops.Choice) string {
	text := "about " + Duration(c.Takes)
	if c.Closed <= 0 {
		return text + ", without downtime"
	}
	return text + ", of it " + Duration(c.Closed) + " in which nothing is served"
}

func lost(s Style, w *ops.Written) string {
	switch {
	case w == nil:
		return "nothing"
	case w.Unknown != "":
		return s.paint(yellow, "what is not known: "+w.Unknown)
	}
	return s.paint(yellow, LostRows(*w)) + lostDetails(*w)
}

// LostRows is how many rows going back loses: at most 1,204 rows.
func LostRows(w ops.Written) string {
	rows := humanize.Comma(w.Rows()) + " rows"
	if w.Rows() == 1 {
		rows = "1 row"
	}
	if w.AtMost != "" {
		return "at most " + rows + " (" + w.AtMost + ")"
	}
	return rows
}

func lostDetails(w ops.Written) string {
	var b strings.Builder
	for i, t := range w.Tables {
		if i == topTables {
			fmt.Fprintf(&b, "\n              and %s more", plural(len(w.Tables)-topTables, "table"))
			break
		}
		fmt.Fprintf(&b, "\n              %s: %s inserted, %s updated, %s deleted", t.Table,
			humanize.Comma(t.Inserted), humanize.Comma(t.Updated), humanize.Comma(t.Deleted))
	}
	if w.WAL > 0 {
		fmt.Fprintf(&b, "\n              %s of write-ahead log since %s", Bytes(w.WAL), Time(w.Since))
	}
	if !w.Newest.IsZero() {
		fmt.Fprintf(&b, "\n              the newest row is of %s, in %s", Time(w.Newest), w.NewestIn)
	}
	return b.String()
}
