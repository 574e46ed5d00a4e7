package cards

import (
	"fmt"

	"github.com/slack-go/slack"
)

// Verb is one thing that the slash command can do.
type Verb struct{ Name, Usage, Does string }

// Verbs lists what the slash command can do, as help tells it.
func Verbs() []Verb {
	return []Verb{
		{"upgrade", "upgrade 2.5.0 [in production] [--urgent REASON]", "plan an upgrade and ask for approval"},
		{"plan", "plan 2.5.0 [in production]", "show what an upgrade would do, and do nothing"},
		{"status", "status [production]", "what runs now, and what is open"},
		{"verify", "verify [production]", "run the five checks and post the report"},
		{"backup", "backup [production]", "take a backup and read it back; “backup list” shows them"},
		{"history", "history [production] [RUN]", "the last runs, or all that happened in one"},
		{"approve", "approve [RUN]", "approve a plan (or click Approve)"},
		{"reject", "reject [RUN] REASON", "say no to a plan, and why"},
		{"hold", "hold [RUN]", "stop after the step that is under way"},
		{"resume", "resume [RUN]", "go on with a run that is held"},
		{"abort", "abort [RUN]", "stop at once and put back what is safe to put back"},
		{"unlock", "unlock [production] REASON", "break the lock of a runner that died"},
		{"help", "help", "this list"},
	}
}

// Help lists what can be typed.
func Help(command, environment string) Card {
	lines := make([]string, 0, len(Verbs()))
	for _, v := range Verbs() {
		lines = append(lines, code(command+" "+v.Usage, maxLine)+"\n        "+v.Does)
	}
	note := "Without a name, commands mean the environment of the channel they are typed in."
	if environment != "" {
		note = fmt.Sprintf("Without a name, commands typed here mean *%s*.", inline(environment, maxWord))
	}
	return Card{
		Text:   "What " + command + " can do",
		Blocks: []slack.Block{header("What " + command + " can do"), section(lines...), footnote(note)},
	}
}
