package console

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// NoWindows says how an environment gets a window.
func NoWindows(environment string) string {
	return environment + " has no maintenance window. Add one under windows in ktops.yaml: ktops config example shows how.\n"
}

// Windows lists the windows of an environment with the next opening of each.
func Windows(s Style, windows []ops.WindowState, freezes []ops.Freeze, zone string) string {
	rows := [][]string{{"WINDOW", "CRON", "ZONE", "LASTS", "DOES", "NEXT OPENING", "STATE"}}
	for _, w := range windows {
		next, state := "-", "-"
		if len(w.Next) > 0 {
			next, state = Clock(w.Next[0].Opens, w.Zone), occurrence(s, w.Next[0], w.Does, freezes)
		}
		rows = append(rows, []string{w.Name, w.Cron, w.Zone, Length(w.Duration), does(w), next, state})
	}
	return table("", rows) + frozenNow(s, freezes, zone)
}

// Window is one window with its next openings.
func Window(s Style, w ops.WindowState, freezes []ops.Freeze) string {
	rows := [][]string{{"OPENS", "UTC", "KEY", "STATE"}}
	for _, o := range w.Next {
		rows = append(rows, []string{o.Opens.In(ops.Location(o.Zone)).Format(dayForm + " MST"), o.Opens.UTC().Format(dayForm),
			o.Key, occurrence(s, o, w.Does, freezes)})
	}
	text := fmt.Sprintf("%s\n%s, open for %s, cron %s in %s\n\n%s", s.paint(bold, "Window "+w.Name+" of "+w.Environment),
		does(w), Length(w.Duration), w.Cron, w.Zone, table("  ", rows))
	if w.Change != nil {
		text += change(*w.Change, w.Zone)
	}
	return text + frozenNow(s, freezes, w.Zone)
}

// Coming is an opening to come with what is known about it.
type Coming struct {
	ops.Occurrence
	Does []ops.Chore `json:"does"`
	// Frozen is the freeze that keeps upgrades out of it; nil when none does.
	Frozen *ops.Freeze `json:"frozen,omitempty"`
}

// Next lists the openings to come of all windows together, with the clock changes
// that fall among them.
func Next(s Style, openings []Coming, windows []ops.WindowState) string {
	if len(openings) == 0 {
		return "No window has an opening to come.\n"
	}
	rows := [][]string{{"WINDOW", "OPENS", "UTC", "LASTS", "DOES", "STATE"}}
	for _, o := range openings {
		var freezes []ops.Freeze
		if o.Frozen != nil {
			freezes = []ops.Freeze{*o.Frozen}
		}
		rows = append(rows, []string{o.Window, o.Opens.In(ops.Location(o.Zone)).Format(dayForm + " MST"), o.Opens.UTC().Format(dayForm),
			Length(o.Closes.Sub(o.Opens)), chores(o.Does), occurrence(s, o.Occurrence, o.Does, freezes)})
	}
	text := table("", rows)
	for _, line := range changes(windows, openings[len(openings)-1].Opens) {
		text += line
	}
	return text
}

// changes are the clock changes until a moment, once for each zone.
func changes(windows []ops.WindowState, last time.Time) []string {
	var lines []string
	for _, w := range windows {
		if w.Change == nil || w.Change.At.After(last) {
			continue
		}
		if line := change(*w.Change, w.Zone); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// FrozenBy is the freeze that keeps upgrades out of an opening; nil when none does.
// What else happens in windows goes on in a freeze.
func FrozenBy(o ops.Opening, does []ops.Chore, freezes []ops.Freeze) *ops.Freeze {
	i := slices.IndexFunc(freezes, func(f ops.Freeze) bool { return f.From.Before(o.Closes) && f.Until.After(o.Opens) })
	if i < 0 || !slices.Contains(does, ops.ChoreUpgrade) {
		return nil
	}
	return &freezes[i]
}

// occurrence is what is known about an opening to come.
func occurrence(s Style, o ops.Occurrence, does []ops.Chore, freezes []ops.Freeze) string {
	var parts []string
	switch o.State {
	case ops.Skipped:
		return s.paint(yellow, "skipped by "+o.By.String()) + quoted(o.Reason)
	case ops.OpenNow:
		parts = append(parts, s.paint(cyan, "open now"))
	}
	if o.Run != "" {
		parts = append(parts, "run "+o.Run)
	}
	if f := FrozenBy(o.Opening, does, freezes); f != nil {
		parts = append(parts, s.paint(yellow, "frozen")+quoted(f.Reason))
	}
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, ", ")
}

func does(w ops.WindowState) string {
	text := chores(w.Does)
	if !w.Pinned.IsZero() {
		text += " to " + w.Pinned.String()
	}
	return text
}

func chores(list []ops.Chore) string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = string(c)
	}
	return strings.Join(names, ", ")
}
