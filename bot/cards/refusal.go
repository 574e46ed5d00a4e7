package cards

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// Refusal is a no that a person can act on: why, and what to type instead.
func Refusal(r *ops.Refusal, command string) Card {
	blocks := []slack.Block{section("🚫 " + capital(inline(r.Why, maxStory)) + ".")}
	if len(r.Findings) > 0 {
		blocks = append(blocks, section(checkLines(typed(r.Findings, command))...))
	}
	if len(r.Try) > 0 {
		blocks = append(blocks, section(tryLines(r.Try, command)...))
	}
	return Card{Text: "Refused: " + inline(r.Why, maxLine), Blocks: blocks}
}

func tryLines(try []string, command string) []string {
	lines := []string{"*Instead*"}
	for _, t := range try {
		lines = append(lines, "• "+tryText(t, command))
	}
	return lines
}

// tryText writes what can be typed as code with its slash command before it.
func tryText(try, command string) string {
	verb, _, _ := strings.Cut(try, " ")
	for _, v := range Verbs() {
		if verb == v.Name {
			return code(command+" "+try, maxLine)
		}
	}
	return inline(try, maxLine)
}

// Mistake answers what could not be understood.
func Mistake(what string, try []string, command string) Card {
	blocks := []slack.Block{section("🤔 " + inline(what, maxStory))}
	if len(try) > 0 {
		blocks = append(blocks, section(tryLines(try, command)...))
	}
	return Card{Text: orDash(inline(what, maxLine)), Blocks: blocks}
}

// Trouble tells that something failed that should not have.
func Trouble(what string, err error) Card {
	line := fmt.Sprintf("❌ *%s did not work.* It is in the log of ktops; nothing else was done.", capital(inline(what, maxWord)))
	return Card{
		Text:   fmt.Sprintf("%s did not work: %s", inline(what, maxWord), inline(err.Error(), maxLine)),
		Blocks: []slack.Block{section(line), section(fence(err.Error(), maxStory))},
	}
}
