package cards

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// Freezes lists the intervals in which nothing may change an environment.
func Freezes(environment string, freezes []ops.Freeze, now time.Time, zone, command string) Card {
	if len(freezes) == 0 {
		return Card{
			Text: inline(environment, maxWord) + " is not frozen",
			Blocks: []slack.Block{section(fmt.Sprintf("*%s* is not frozen, and no freeze is to come.", inline(environment, maxWord))),
				footnote("To freeze it: " + code(command+" freeze 2026-12-24 REASON", maxLine))},
		}
	}
	lines := make([]string, 0, len(freezes))
	for _, f := range freezes {
		lines = append(lines, freezeText(f, now, zone))
	}
	return Card{
		Text: fmt.Sprintf("Freezes of %s: %d", inline(environment, maxWord), len(freezes)),
		Blocks: []slack.Block{
			header("Freezes of " + environment), section(lines...),
			footnote(join("While one lasts, only an urgent upgrade with its own approval passes.", "To lift one: "+code(command+" unfreeze ID", maxLine))),
		},
	}
}

func freezeText(f ops.Freeze, now time.Time, zone string) string {
	mark, when := "▫️", "from "+clock(f.From, zone)+" until "+clock(f.Until, zone)
	if !f.From.After(now) {
		mark, when = "🧊", "*now*, until "+clock(f.Until, zone)
	}
	by := ""
	if f.By.ID != "" {
		by = "by " + person(f.By)
	}
	return join(mark+" "+code(f.ID, maxWord)+" "+when, inline(f.Reason, maxLine), "from "+orDash(inline(f.Source, 40)), by)
}

// Frozen tells all that an environment is frozen.
func Frozen(f ops.Freeze, zone string) Card {
	return Plain(fmt.Sprintf("🧊 %s froze *%s* until %s: %s. Only an urgent upgrade with its own approval passes. To lift it: unfreeze %s",
		person(f.By), inline(f.Environment, maxWord), clock(f.Until, zone), inline(f.Reason, maxStory), code(f.ID, maxWord)))
}

// Unfrozen tells all that a freeze was lifted.
func Unfrozen(a Ask, by ops.Actor) Card {
	return Plain(fmt.Sprintf("☀️ %s lifted freeze %s of *%s* (%s)%s",
		person(by), code(a.ID, maxWord), inline(a.Environment, maxWord), inline(a.Was, maxLine), because(a.Reason)))
}
