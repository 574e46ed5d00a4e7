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
		{"upgrade", "upgrade 2.5.0 [in production] [--window next|NAME] [--urgent REASON]", "plan an upgrade and ask for approval"},
		{"plan", "plan 2.5.0 [in production]", "show what an upgrade would do, and do nothing"},
		{"rollback", "rollback [RUN] [production] [because REASON]", "what going back costs now, and a button for each way"},
		{"rehearse", "rehearse 2.5.0 [production]", "try a version on a copy of the data, and tell what its migrations do"},
		{"status", "status [production]", "what runs now, and what is open"},
		{"verify", "verify [production]", "run the five checks and post the report"},
		{"backup", "backup [production]", "take a backup and read it back; “backup list” shows them; restore and prune are left to the command line, where the files are"},
		{"history", "history [production] [RUN]", "the last runs, or all that happened in one"},
		{"approve", "approve [RUN] [--window next|NAME]", "approve a plan (or click Approve)"},
		{"reject", "reject [RUN] REASON", "say no to a plan, and why"},
		{"hold", "hold [RUN]", "stop after the step that is under way"},
		{"resume", "resume [RUN]", "go on with a run that is held"},
		{"abort", "abort [RUN]", "stop at once and put back what is safe to put back"},
		{"unlock", "unlock [production] REASON", "break the lock of a runner that died"},
		{"windows", "windows [list | next | show NAME | history]", "when maintenance windows open, and what became of them"},
		{"windows", "windows skip NAME REASON | run-now NAME", "leave the next opening out, or open it now"},
		{"maintenance", "maintenance on [30m] [REASON] | off | status", "close the edge for a while, or open it again"},
		{"freeze", "freeze 2026-12-24 REASON", "let no upgrade begin until then; 3d and 2026-12-24T18:00 are understood too"},
		{"freezes", "freezes", "what is frozen, and why"},
		{"unfreeze", "unfreeze ID", "lift a freeze"},
		{"help", "help", "this list"},
	}
}

// helpHalf is how many lines of help the first of its two blocks has: one would be
// longer than a block may be.
const helpHalf = 11

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
		Blocks: []slack.Block{header("What " + command + " can do"), section(lines[:helpHalf]...), section(lines[helpHalf:]...), footnote(note)},
	}
}
