package bot

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// Command is what a person typed after the slash command.
type Command struct {
	Verb        string
	Environment string // empty: that of the channel
	Version     ops.Version
	// Line is set when only major and minor were typed: the newest of that line.
	Line       bool
	Run        string // empty: the open one
	Strategy   ops.Strategy
	Urgent     bool
	BreakGlass bool
	Reason     string
	List       bool // backup list
	Limit      int  // of history
	// Action is what windows and maintenance are to do: list, skip, on, off.
	Action string
	// Window is the one that is meant: a name, next, or an opening's key.
	Window string
	// ID is that of a freeze, and Until when one ends, as it was typed.
	ID    string
	Until string
	// For is how long the edge is closed.
	For time.Duration
}

// Mistake is what could not be understood, and what to type instead.
type Mistake struct {
	What string
	Try  []string
}

// Parse reads a command forgivingly: words in any order, any case, with or
// without v, quotes, flags and small words.
func Parse(text string, environments []string) (Command, *Mistake) {
	text = clean(text)
	words := split(text)
	if len(words) == 0 {
		return Command{Verb: "help"}, nil
	}
	at, mistake := findVerb(words, environments)
	if mistake != nil {
		return Command{}, mistake
	}
	p := &parser{text: text, words: slices.Delete(slices.Clone(words), at, at+1), environments: environments}
	p.cmd.Verb, _ = verbOf(words[at].low)
	if mistake := p.read(); mistake != nil {
		return Command{}, mistake
	}
	return p.cmd, p.check()
}

type parser struct {
	text         string
	words        []word
	environments []string
	cmd          Command
	next         int
}

var (
	versionWord = regexp.MustCompile(`^v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}|x)(?:-([0-9a-z.-]+))?)?$`)
	flagWord    = regexp.MustCompile(`^--[a-z]`)
	runWord     = regexp.MustCompile(`^r-[a-z2-7]{6}$`)
)

func (p *parser) read() *Mistake {
	for p.next < len(p.words) {
		w := p.words[p.next]
		p.next++
		taken, mistake := p.take(w)
		if mistake != nil {
			return mistake
		}
		if taken {
			continue
		}
		if p.windowName(w) {
			continue
		}
		if p.takesReason(w) {
			p.next--
			p.cmd.Reason = p.rest()
			continue
		}
		return p.unknown(w)
	}
	return nil
}

// take reads one word, and what belongs to it.
func (p *parser) take(w word) (bool, *Mistake) {
	if flagWord.MatchString(w.low) {
		return true, p.flag(w)
	}
	if p.version(w.low) {
		return true, nil
	}
	switch {
	case p.windowWord(w):
	case p.environment(w.low):
	case runWord.MatchString(w.low) && p.cmd.Run == "":
		p.cmd.Run = w.low
	case w.low == "from" && p.next < len(p.words) && versioned(p.cmd.Verb):
		p.next++ // "from 2.4.3 to 2.5.0": where it comes from is seen, not told
	case versioned(p.cmd.Verb) && (w.low == "urgent" || w.low == "urgent:" || w.low == "urgently"):
		p.cmd.Urgent = true
		p.cmd.Reason = p.rest()
	case w.low == "because" || w.low == "reason:":
		p.cmd.Reason = p.rest()
	case versioned(p.cmd.Verb) && (w.low == string(ops.Rolling) || w.low == string(ops.Window)):
		p.cmd.Strategy = ops.Strategy(w.low)
	case p.cmd.Verb == "backup" && (w.low == "list" || w.low == "ls"):
		p.cmd.List = true
	case p.cmd.Verb == "backup" && (w.low == "create" || w.low == "now"):
	case p.cmd.Verb == "rollback" && w.low == "back":
	case (p.cmd.Verb == "history" || p.cmd.Action == "history") && isCount(w.low):
		p.cmd.Limit, _ = strconv.Atoi(w.low)
	case p.cmd.Verb == "help" || (isFiller(w.low) && !p.beginsReason()):
	default:
		return false, nil
	}
	return true, nil
}

// beginsReason tells whether the small word just read is the first of a reason:
// free text may follow, and no environment or run comes after the small words.
func (p *parser) beginsReason() bool {
	for _, w := range p.words[p.next:] {
		if !isFiller(w.low) {
			named := slices.ContainsFunc(p.environments, func(e string) bool { return strings.EqualFold(e, w.low) })
			lasts := p.cmd.Action == "on" && p.cmd.For == 0 && p.spanBegins(w)
			return p.takesReason(w) && !named && !lasts && !runWord.MatchString(w.low) && !flagWord.MatchString(w.low)
		}
	}
	return false
}

// version takes a word such as v2.5.0, 2.5 or 2.5.x.
func (p *parser) version(low string) bool {
	m := versionWord.FindStringSubmatch(low)
	if m == nil || !versioned(p.cmd.Verb) || !p.cmd.Version.IsZero() {
		return false
	}
	if m[3] == "" || m[3] == "x" {
		m[3], p.cmd.Line = "0", true
	}
	text := m[1] + "." + m[2] + "." + m[3]
	if m[4] != "" {
		text += "-" + m[4]
	}
	v, err := ops.ParseVersion(text)
	if err != nil {
		return false
	}
	p.cmd.Version = v
	return true
}

func (p *parser) environment(low string) bool {
	i := slices.IndexFunc(p.environments, func(e string) bool { return strings.EqualFold(e, low) })
	if i < 0 || p.cmd.Environment != "" {
		return false
	}
	p.cmd.Environment = p.environments[i]
	return true
}

// rest is the text up to the next flag or the end, as it was typed.
func (p *parser) rest() string {
	if p.next >= len(p.words) {
		return p.cmd.Reason
	}
	from := p.words[p.next].start
	to := len(p.text)
	for p.next < len(p.words) {
		if flagWord.MatchString(p.words[p.next].low) {
			to = p.words[p.next].start
			break
		}
		p.next++
	}
	return strings.Trim(strings.TrimSpace(p.text[from:to]), `"' :`)
}

func (p *parser) flag(w word) *Mistake {
	name, value, given := strings.Cut(strings.TrimPrefix(w.low, "--"), "=")
	if !given && slices.Contains([]string{"env", "environment", "strategy", "window"}, name) && p.next < len(p.words) {
		w.text += "=" + p.words[p.next].text
		value = p.words[p.next].low
		p.next++
	}
	switch name {
	case "window":
		return p.windowFlag(w)
	case "env", "environment":
		if !p.environment(value) {
			return p.noEnvironment(value)
		}
	case "strategy":
		p.cmd.Strategy = ops.Strategy(value)
		if !slices.Contains([]ops.Strategy{ops.Auto, ops.Rolling, ops.Window}, p.cmd.Strategy) {
			return &Mistake{What: fmt.Sprintf("there is no strategy “%s”", value), Try: []string{p.example("--strategy rolling")}}
		}
	case "urgent":
		p.cmd.Urgent = true
		p.cmd.Reason = p.reason(w, value)
	case "break-glass":
		p.cmd.BreakGlass = true
		p.cmd.Reason = p.reason(w, value)
	case "reason":
		p.cmd.Reason = p.reason(w, value)
	default:
		flag := nearest(name, []string{"env", "strategy", "window", "urgent", "reason", "break-glass"})
		return &Mistake{What: fmt.Sprintf("there is no flag --%s", name), Try: suggest(flag, func() string { return p.cmd.Verb + " … --" + flag })}
	}
	return nil
}

// reason is the text after a flag, also where it was written with an equals sign.
func (p *parser) reason(w word, value string) string {
	if value == "" {
		return p.rest()
	}
	_, typed, _ := strings.Cut(w.text, "=")
	rest := p.rest()
	return strings.TrimSpace(strings.Trim(typed, `"'`) + " " + rest)
}

// windowFlag takes the name of a window as it was typed.
func (p *parser) windowFlag(w word) *Mistake {
	_, name, _ := strings.Cut(w.text, "=")
	p.cmd.Window = strings.Trim(name, `"'`)
	if strings.EqualFold(p.cmd.Window, ops.NextWindow) {
		p.cmd.Window = ops.NextWindow
	}
	if p.cmd.Window == "" || flagWord.MatchString(strings.ToLower(name)) {
		return &Mistake{What: "which window?", Try: []string{p.example("--window next")}}
	}
	return nil
}

func (p *parser) unknown(w word) *Mistake {
	if m := p.unknownReturn(w); m != nil {
		return m
	}
	if m := p.unknownWindow(w); m != nil {
		return m
	}
	if strings.HasPrefix(w.low, "r-") {
		return &Mistake{What: fmt.Sprintf("“%s” is not a run; a run is called like r-ab3cd4", w.text), Try: []string{"history"}}
	}
	if versionWord.MatchString(w.low) {
		return &Mistake{What: fmt.Sprintf("which version: %s or %s?", p.cmd.Version, w.text),
			Try: []string{p.cmd.Verb + " " + p.cmd.Version.String(), p.cmd.Verb + " " + w.low}}
	}
	return p.noEnvironment(w.text)
}

func (p *parser) noEnvironment(name string) *Mistake {
	m := &Mistake{What: fmt.Sprintf("I do not know “%s”; the environments are %s", name, strings.Join(p.environments, ", "))}
	if near := nearest(strings.ToLower(name), p.environments); near != "" {
		m.Try = []string{p.example("--env " + near)}
	} else if p.cmd.Verb != "" {
		m.Try = []string{p.example("")}
	}
	return m
}

// example is the command as it was understood so far, completed.
func (p *parser) example(more string) string {
	parts := []string{p.cmd.Verb}
	switch {
	case !p.cmd.Version.IsZero():
		parts = append(parts, p.cmd.Version.String())
	case versioned(p.cmd.Verb):
		parts = append(parts, "2.5.0")
	}
	if more != "" {
		parts = append(parts, more)
	}
	return strings.Join(parts, " ")
}

// check asks for what is missing, with an example.
func (p *parser) check() *Mistake {
	c := p.cmd
	switch {
	case versioned(c.Verb) && c.Version.IsZero():
		return &Mistake{What: "which version?", Try: []string{c.Verb + " 2.5.0", c.Verb + " 2.5.0 in production"}}
	case c.Verb == "rehearse" && c.Urgent:
		return &Mistake{What: "a rehearsal changes nothing, so it cannot be urgent", Try: []string{p.example("")}}
	case c.Urgent && c.Reason == "":
		return &Mistake{What: "an urgent upgrade needs a reason; it is announced and kept",
			Try: []string{p.example("--urgent CVE-2026-1234 is being exploited")}}
	case c.BreakGlass && c.Reason == "":
		return &Mistake{What: "breaking the glass needs a reason; it is announced and kept",
			Try: []string{strings.TrimSpace(c.Verb+" "+c.Run) + " --break-glass nobody else is awake"}}
	case c.Verb == "reject" && c.Reason == "":
		return &Mistake{What: "a rejection needs a reason, for whoever asked", Try: []string{strings.TrimSpace("reject "+c.Run) + " not before the release notes are out"}}
	}
	return p.checkWindow()
}

func verbNames() []string {
	var names []string
	for _, v := range cards.Verbs() {
		names = append(names, v.Name)
	}
	return names
}

func versioned(verb string) bool { return verb == "upgrade" || verb == "plan" || verb == "rehearse" }

func isCount(low string) bool {
	n, err := strconv.Atoi(low)
	return err == nil && n > 0 && n <= 100
}

func isFiller(low string) bool {
	return slices.Contains([]string{"to", "in", "on", "of", "for", "the", "please", "version", "keeptrusts", "run", "environment", "env", ":", "-"}, low)
}
