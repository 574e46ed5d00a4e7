package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// openingsShown is how many coming openings are listed.
const openingsShown = 5

// Windows lists the windows of an environment, each with its next opening.
func Windows(environment string, windows []ops.WindowState, now time.Time, command string) Card {
	if len(windows) == 0 {
		return NoWindows(environment)
	}
	lines := make([]string, 0, len(windows))
	for _, w := range windows {
		next := "no opening to come"
		if len(w.Next) > 0 {
			next = occurrenceText(w.Next[0], now)
		}
		lines = append(lines, windowLine(w)+"\n        "+next)
	}
	return Card{
		Text: fmt.Sprintf("Windows of %s: %d", inline(environment, maxWord), len(windows)),
		Blocks: []slack.Block{
			header("Windows of " + environment), section(lines...),
			footnote(join("The next five of one: "+code(command+" windows show "+windows[0].Name, maxLine),
				"of all: "+code(command+" windows next", maxLine))),
		},
	}
}

// NoWindows tells how an environment gets a window.
func NoWindows(environment string) Card {
	line := fmt.Sprintf("*%s* has no maintenance window. One is added in `ktops.yaml`, and is there after `ktops reload`:", inline(environment, maxWord))
	example := "environments:\n  " + clip(environment, maxWord) + ":\n    windows:\n      weekly:\n        cron: \"0 2 * * 0\"\n        zone: Europe/Berlin\n        duration: 2h\n        does: [backup, upgrade, verify]"
	return Card{Text: inline(environment, maxWord) + " has no maintenance window", Blocks: []slack.Block{section(line), section(fence(example, maxStory))}}
}

// Window shows one window with its next openings.
func Window(w ops.WindowState, now time.Time, command string) Card {
	lines := []string{"*Next openings*"}
	for _, o := range w.Next[:min(len(w.Next), openingsShown)] {
		lines = append(lines, "• "+occurrenceText(o, now))
	}
	if len(w.Next) == 0 {
		lines = append(lines, "none")
	}
	blocks := []slack.Block{header("Window " + w.Name + " of " + w.Environment), section(windowLine(w)), section(lines...)}
	if w.Change != nil {
		blocks = append(blocks, section(changeText(*w.Change, w.Zone)))
	}
	return Card{
		Text: fmt.Sprintf("Window %s of %s", inline(w.Name, maxWord), inline(w.Environment, maxWord)),
		Blocks: append(blocks, footnote(join("Leave the next one out: "+code(command+" windows skip "+w.Name+" REASON", maxLine),
			"open it now: "+code(command+" windows run-now "+w.Name, maxLine)))),
	}
}

// NextOpenings lists the next openings of all windows together.
func NextOpenings(environment string, windows []ops.WindowState, now time.Time) Card {
	type coming struct {
		ops.Occurrence
		does []ops.Chore
	}
	var all []coming
	for _, w := range windows {
		for _, o := range w.Next {
			all = append(all, coming{o, w.Does})
		}
	}
	if len(all) == 0 {
		return Plain("No window of " + inline(environment, maxWord) + " has an opening to come.")
	}
	slices.SortStableFunc(all, func(a, b coming) int { return a.Opens.Compare(b.Opens) })
	all = all[:min(len(all), openingsShown)]
	lines := make([]string, 0, len(all))
	for _, o := range all {
		lines = append(lines, fmt.Sprintf("• *%s* (%s): %s", inline(o.Window, maxWord), choresText(o.does), occurrenceText(o.Occurrence, now)))
	}
	blocks := []slack.Block{header("Next openings of " + environment), section(lines...)}
	if changes := changesBefore(windows, all[len(all)-1].Opens); len(changes) > 0 {
		blocks = append(blocks, section(changes...))
	}
	return Card{Text: fmt.Sprintf("Next openings of %s: %s", inline(environment, maxWord), occurrenceText(all[0].Occurrence, now)), Blocks: blocks}
}

// changesBefore are the clock changes before a moment, one line a zone.
func changesBefore(windows []ops.WindowState, last time.Time) []string {
	var lines []string
	for _, w := range windows {
		if w.Change == nil || w.Change.At.After(last) {
			continue
		}
		if line := changeText(*w.Change, w.Zone); !slices.Contains(lines, line) && len(lines) < openingsShown {
			lines = append(lines, line)
		}
	}
	return lines
}

func windowLine(w ops.WindowState) string {
	pinned := ""
	if !w.Pinned.IsZero() {
		pinned = "upgrades to " + inline(w.Pinned.String(), 40)
	}
	return join(fmt.Sprintf("🗓️ *%s*: %s", inline(w.Name, maxWord), choresText(w.Does)), duration(w.Duration),
		code(w.Cron, maxWord)+" "+inline(w.Zone, maxWord), pinned)
}

func choresText(does []ops.Chore) string {
	var names []string
	for _, c := range does {
		names = append(names, cmp.Or(inline(string(c), 40), "–"))
	}
	return orDash(strings.Join(names[:min(len(names), 8)], ", "))
}

// occurrenceText is one coming opening with what is known of it.
func occurrenceText(o ops.Occurrence, now time.Time) string {
	when := ahead(o.Opens.Sub(now))
	switch o.State {
	case ops.Skipped:
		when = fmt.Sprintf("*skipped* by %s%s", person(o.By), because(o.Reason))
	case ops.OpenNow:
		when = "*open now*"
	}
	run := ""
	if o.Run != "" {
		run = "run " + code(o.Run, maxWord)
	}
	return join(openingText(o.Opening), when, run)
}
