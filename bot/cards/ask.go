package cards

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// ActionConfirm is the button under a question; its value is the Ask. Where there are
// several, a dot and a number follow.
const ActionConfirm = "ask.yes"

// Confirms reports whether a button is one under a question.
func Confirms(action string) bool {
	return action == ActionConfirm || strings.HasPrefix(action, ActionConfirm+".")
}

// Asked is what a person wants to be done and is asked to confirm.
type Asked string

// What is asked again before it is done.
const (
	AskedSkip     Asked = "skip"
	AskedRunNow   Asked = "run-now"
	AskedFreeze   Asked = "freeze"
	AskedUnfreeze Asked = "unfreeze"
	AskedReopen   Asked = "reopen"
	AskedClose    Asked = "close"
	AskedReturn   Asked = "return"
)

// Ask is one thing that was typed and is not done before it is confirmed. It travels
// in the value of the button, so that exactly what was shown is done.
type Ask struct {
	Does        Asked  `json:"does"`
	Environment string `json:"env"`
	// Window and Key name the opening that was shown.
	Window string `json:"window,omitempty"`
	Key    string `json:"key,omitempty"`
	// ID names a freeze, the run of a maintenance, or the run that is taken back.
	ID    string    `json:"id,omitempty"`
	Until time.Time `json:"until,omitzero"`
	// For is how long the edge is closed.
	For time.Duration `json:"for,omitempty"`
	// Was is what a freeze was for that is lifted.
	Was string `json:"was,omitempty"`
	// Way and Backup name the way back that was shown, Rows how much it lost then, and
	// Uncounted that this could not be told.
	Way       ops.Way `json:"way,omitempty"`
	Backup    string  `json:"backup,omitempty"`
	Rows      int64   `json:"rows,omitempty"`
	Uncounted bool    `json:"uncounted,omitempty"`
	Reason    string  `json:"reason,omitempty"`
}

// ReadAsk is the Ask in the value of a button.
func ReadAsk(value string) (Ask, error) {
	var a Ask
	if err := json.Unmarshal([]byte(value), &a); err != nil {
		return Ask{}, fmt.Errorf("read what was confirmed: %w", err)
	}
	return a, nil
}

// value writes the Ask within the limit of a button; false when it does not fit.
func (a Ask) value() (string, bool) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a); err != nil {
		return "", false
	}
	text := string(bytes.TrimSpace(out.Bytes()))
	return text, utf8.RuneCountInString(text) <= maxValue
}

// question shows what would be done, with a button that asks once more.
func question(a Ask, label, title, text string, style slack.Style) Card {
	value, fits := a.value()
	if !fits {
		return Plain("🚫 That is too long to be confirmed here. Say it in fewer words, or use the command line.")
	}
	press := slack.NewButtonBlockElement(ActionConfirm, value, plainText(label, 75)).WithConfirm(confirm(title, text, label, "No", style))
	if style != "" {
		press = press.WithStyle(style)
	}
	lines := []string{text}
	if a.Reason != "" {
		lines = append(lines, "Reason: "+inline(a.Reason, maxStory))
	}
	return Card{Text: title, Blocks: []slack.Block{section(lines...), actions(press), footnote("Nothing was done yet.")}}
}

// AskSkip asks whether the next opening of a window is left out.
func AskSkip(a Ask, o ops.Occurrence) Card {
	text := fmt.Sprintf("Window *%s* of *%s* does not open on %s, and nothing happens in it.",
		inline(a.Window, 60), inline(a.Environment, 60), openingText(o.Opening))
	return question(a, "Skip it", "Skip this opening?", text, slack.StyleDanger)
}

// AskRunNow asks whether a window opens now.
func AskRunNow(a Ask, w ops.WindowState) Card {
	text := fmt.Sprintf("Window *%s* of *%s* opens now, for %s: %s.", inline(a.Window, 60), inline(a.Environment, 60), duration(w.Duration), choresText(w.Does))
	return question(a, "Open it now", "Open this window now?", text, slack.StyleDanger)
}

// AskFreeze asks whether an environment is frozen.
func AskFreeze(a Ask, zone string) Card {
	text := fmt.Sprintf("No upgrade begins in *%s* from now until %s, except an urgent one. Backups go on.", inline(a.Environment, 60), clock(a.Until, zone))
	return question(a, "Freeze", "Freeze this environment?", text, slack.StylePrimary)
}

// AskUnfreeze asks whether a freeze is lifted.
func AskUnfreeze(a Ask, f ops.Freeze, zone string) Card {
	a.Was = clip(f.Reason, maxLine)
	text := fmt.Sprintf("Freeze %s of *%s* ends now instead of on %s. It was for: %s", code(f.ID, 40), inline(a.Environment, 40), clock(f.Until, zone), inline(f.Reason, 60))
	return question(a, "Lift it", "Lift this freeze?", text, slack.StyleDanger)
}

// AskClose asks whether the edge is closed, where that needs nobody's approval.
func AskClose(a Ask) Card {
	text := fmt.Sprintf("Everybody who calls *%s* gets a page that says so for *%s*, at once: the policy asks for no approval. Then the edge opens by itself.",
		inline(a.Environment, 60), duration(a.For))
	return question(a, "Close the edge", "Close the edge?", text, slack.StyleDanger)
}

// AskReopen asks whether a maintenance ends now.
func AskReopen(a Ask, run ops.Run) Card {
	return question(a, "Open now", "Open the edge now?", reopenText(run), slack.StylePrimary)
}

// SkippedOpening tells all that an opening is left out.
func SkippedOpening(o ops.Occurrence, by ops.Actor) Card {
	return Plain(fmt.Sprintf("⏭️ %s skipped window *%s* of *%s* on %s%s", person(by), inline(o.Window, maxWord), inline(o.Environment, maxWord), openingText(o.Opening), because(o.Reason)))
}

// OpenedWindow tells all that a window was opened by hand.
func OpenedWindow(o ops.Occurrence, by ops.Actor) Card {
	return Plain(fmt.Sprintf("▶️ %s opened window *%s* of *%s* now, until %s%s", person(by), inline(o.Window, maxWord), inline(o.Environment, maxWord), clock(o.Closes, o.Zone), because(o.Reason)))
}
