package console

import (
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Freezes lists the times in which nothing is upgraded.
func Freezes(s Style, environment string, freezes []ops.Freeze, zone string) string {
	if len(freezes) == 0 {
		return environment + " is not frozen, and no freeze is to come.\n"
	}
	rows := [][]string{{" ", "ID", "FROM", "UNTIL", "SOURCE", "BY", "REASON"}}
	for _, f := range freezes {
		mark := " "
		if isNow(f) {
			mark = s.levelMark(ops.Warn)
		}
		rows = append(rows, []string{mark, f.ID, Clock(f.From, zone), Clock(f.Until, zone), source(f), orDash(f.By.String()), f.Reason})
	}
	return table("", rows)
}

// source is where a freeze comes from, and so where it is lifted.
func source(f ops.Freeze) string {
	if f.By.ID != "" {
		return "by hand"
	}
	return f.Source
}

// Frozen tells that a freeze is in force.
func Frozen(f ops.Freeze, zone string) string {
	return fmt.Sprintf("%s is frozen from %s until %s%s. Only an urgent upgrade with its own approval passes.\nTo lift it: ktops freeze remove %s\n",
		f.Environment, Clock(f.From, zone), Clock(f.Until, zone), quoted(f.Reason), f.ID)
}

// frozenNow is a line about the freeze that is in force; none when none is.
func frozenNow(s Style, freezes []ops.Freeze, zone string) string {
	for _, f := range freezes {
		if isNow(f) {
			return s.paint(yellow, "Frozen") + fmt.Sprintf(" until %s%s: nothing is upgraded but what is urgent.\n", Clock(f.Until, zone), quoted(f.Reason))
		}
	}
	return ""
}

func isNow(f ops.Freeze) bool { now := time.Now(); return !f.From.After(now) && f.Until.After(now) }
