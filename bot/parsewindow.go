package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// defaultMaintenance is how long the edge is closed where nothing is said.
const defaultMaintenance = 30 * time.Minute

func windowActions() []string {
	return []string{"list", "next", "show", "skip", "run-now", "history"}
}

// windowWord reads a word of the commands about windows, freezes and maintenance.
func (p *parser) windowWord(w word) bool {
	switch p.cmd.Verb {
	case "upgrade", "plan":
		return p.nextWindow(w)
	case "windows":
		return p.windowsWord(w)
	case "freeze":
		return p.freezeWord(w)
	case "maintenance":
		return p.maintenanceWord(w)
	}
	return false
}

// nextWindow takes "in the next window".
func (p *parser) nextWindow(w word) bool {
	if w.low != ops.NextWindow || p.next >= len(p.words) || p.words[p.next].low != "window" || p.cmd.Window != "" {
		return false
	}
	p.next++
	p.cmd.Window = ops.NextWindow
	return true
}

func (p *parser) windowsWord(w word) bool {
	action := w.low
	if action == "run" && p.next < len(p.words) && p.words[p.next].low == "now" {
		action = "run-now"
		p.next++
	}
	if p.cmd.Action == "" && slices.Contains(windowActions(), action) {
		p.cmd.Action = action
		return true
	}
	return false
}

// windowName takes the word that no other reading fits.
func (p *parser) windowName(w word) bool {
	switch {
	case p.cmd.Verb == "windows" && p.cmd.Window == "" && slices.Contains([]string{"show", "skip", "run-now"}, p.cmd.Action):
		p.cmd.Window = w.text
	case p.cmd.Verb == "unfreeze" && p.cmd.ID == "":
		p.cmd.ID = w.text
	default:
		return false
	}
	return true
}

func (p *parser) freezeWord(w word) bool {
	if p.cmd.Until != "" {
		return false
	}
	switch {
	case w.low == "until" || w.low == "till":
		return true
	case dateWord.MatchString(w.low):
		p.cmd.Until = strings.ToUpper(w.low)
		if !strings.Contains(p.cmd.Until, "T") && p.next < len(p.words) && timeWord.MatchString(p.words[p.next].low) {
			p.cmd.Until += "T" + p.words[p.next].low
			p.next++
		}
		return true
	}
	if _, text, ok := p.span(w); ok {
		p.cmd.Until = text
		return true
	}
	return false
}

func (p *parser) maintenanceWord(w word) bool {
	if p.cmd.Action == "" {
		actions := map[string]string{"on": "on", "off": "off", "status": "status", "start": "on", "begin": "on", "stop": "off", "end": "off"}
		p.cmd.Action = actions[w.low]
		return p.cmd.Action != ""
	}
	if p.cmd.Action != "on" || p.cmd.For != 0 || !p.spanBegins(w) {
		return false
	}
	p.cmd.For, _, _ = p.span(w)
	return true
}

// span takes a length of time, also where the unit is a word of its own.
func (p *parser) span(w word) (time.Duration, string, bool) {
	if d, ok := span(w.low); ok {
		return d, w.low, true
	}
	if bareCount.MatchString(w.low) && p.next < len(p.words) {
		if d, ok := span(w.low + p.words[p.next].low); ok {
			text := w.low + p.words[p.next].low
			p.next++
			return d, text, true
		}
	}
	return 0, "", false
}

// spanBegins tells whether a length of time begins with this word, and takes nothing.
func (p *parser) spanBegins(w word) bool {
	if _, ok := span(w.low); ok {
		return true
	}
	i := slices.IndexFunc(p.words, func(other word) bool { return other.start == w.start })
	if !bareCount.MatchString(w.low) || i < 0 || i+1 >= len(p.words) {
		return false
	}
	_, ok := span(w.low + p.words[i+1].low)
	return ok
}

// takesReason tells whether free text may come now that says why, beginning with a
// word.
func (p *parser) takesReason(w word) bool {
	switch c := p.cmd; c.Verb {
	case "approve", "reject", "hold", "resume", "abort", "unlock":
		return true
	case "windows":
		return c.Window != "" && c.Action != "show"
	case "freeze":
		return c.Until != ""
	case "unfreeze":
		return c.ID != ""
	case "maintenance":
		return c.Action == "off" || (c.Action == "on" && (c.For != 0 || !nearSpan.MatchString(w.low)))
	}
	return false
}

// checkWindow asks for what is missing in the commands about windows, freezes and
// maintenance, with an example.
func (p *parser) checkWindow() *Mistake {
	c := p.cmd
	switch {
	case c.Verb == "windows" && slices.Contains([]string{"show", "skip", "run-now"}, c.Action) && c.Window == "":
		return &Mistake{What: "which window?", Try: []string{"windows list", "windows " + c.Action + " weekly"}}
	case c.Verb == "windows" && c.Action == "skip" && c.Reason == "":
		return &Mistake{What: "leaving an opening out needs a reason; it is announced and kept", Try: []string{"windows skip " + c.Window + " the release is late"}}
	case c.Verb == "freeze" && c.Until == "":
		return &Mistake{What: "until when?", Try: []string{"freeze 2026-12-24 REASON", "freeze 3d REASON"}}
	case c.Verb == "freeze":
		return p.checkFreeze()
	case c.Verb == "unfreeze" && c.ID == "":
		return &Mistake{What: "which freeze?", Try: []string{"freezes"}}
	case c.Verb == "maintenance" && c.For > ops.LongestMaintenance:
		return &Mistake{What: fmt.Sprintf("the edge can be closed for up to %d hours", int(ops.LongestMaintenance.Hours())), Try: []string{"maintenance on 24h REASON"}}
	case c.Window != "" && !slices.Contains([]string{"upgrade", "plan", "approve", "windows"}, c.Verb):
		return &Mistake{What: "--window belongs to upgrade and approve", Try: []string{"upgrade 2.5.0 --window next"}}
	}
	return nil
}

func (p *parser) checkFreeze() *Mistake {
	if _, err := untilTime(p.cmd.Until, time.Now(), time.UTC); err != nil {
		return &Mistake{What: err.Error(), Try: []string{"freeze 2026-12-24 REASON", "freeze 2026-12-24T18:00 REASON", "freeze 3d REASON"}}
	}
	if p.cmd.Reason == "" {
		return &Mistake{What: "a freeze needs a reason; everybody it stops is told", Try: []string{"freeze " + p.cmd.Until + " end of the quarter"}}
	}
	return nil
}

// unknownWindow answers a word that means nothing in these commands; nil for others.
func (p *parser) unknownWindow(w word) *Mistake {
	switch p.cmd.Verb {
	case "windows":
		m := &Mistake{What: fmt.Sprintf("I do not know “%s” after windows", w.text)}
		if near := nearest(w.low, windowActions()); near != "" && p.cmd.Action == "" {
			m.Try = append(m.Try, "windows "+near)
		} else if p.cmd.Action == "" {
			m.Try = append(m.Try, "windows show "+w.text)
		}
		m.Try = append(m.Try, "windows list")
		return m
	case "freeze":
		return &Mistake{What: fmt.Sprintf("until when? “%s” is neither a date, nor a time, nor a length of time", w.text), Try: []string{"freeze 2026-12-24 REASON", "freeze 3d REASON"}}
	case "maintenance":
		if p.cmd.Action == "on" {
			return &Mistake{What: fmt.Sprintf("for how long? “%s” is not understood", w.text), Try: []string{"maintenance on 30m REASON", "maintenance on 2h REASON"}}
		}
		if p.spanBegins(w) {
			return &Mistake{What: "on or off?", Try: []string{"maintenance on " + w.low, "maintenance off"}}
		}
		return &Mistake{What: fmt.Sprintf("I do not know “%s” after maintenance", w.text), Try: []string{"maintenance on 30m REASON", "maintenance off", "maintenance status"}}
	}
	return nil
}
