package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	// deepest is how deep components are nested in any file that means well.
	deepest = 8
	// longestLine bounds the properties that are read; what people write at length,
	// such as a description, is not among them.
	longestLine = 16 << 10
	// eventPath is where events are; one in an alarm or a request is none.
	eventPath = "VCALENDAR/VEVENT"
)

// icsLine is one property of a file, unfolded.
type icsLine struct {
	number int // of its first line in the file, from 1
	text   string
}

func (l icsLine) name() string {
	end := strings.IndexAny(l.text, ":;")
	return strings.ToUpper(l.text[:max(end, 0)])
}

// value is what follows the colon of a property that has no parameters.
func (l icsLine) value() string {
	_, value, _ := strings.Cut(l.text, ":")
	return strings.TrimSpace(value)
}

// component is an event with those of its properties that matter.
type component struct {
	line  int
	lines []icsLine
}

// icsFile is what a file has for us.
type icsFile struct {
	named  *icsLine  // the zone that the calendar names for its readers
	zones  []icsLine // the zones that it defines
	events []component
}

// unfold joins the lines that were folded (RFC 5545, section 3.1).
func unfold(content []byte) []icsLine {
	var lines []icsLine
	var joined bytes.Buffer
	number, begun := 0, 0
	end := func() {
		if text := joined.String(); strings.TrimSpace(text) != "" {
			lines = append(lines, icsLine{begun, text})
		}
		joined.Reset()
	}
	for raw := range bytes.Lines(bytes.TrimPrefix(content, []byte("\ufeff"))) {
		number++
		raw = bytes.TrimRight(raw, "\r\n")
		if len(raw) > 0 && (raw[0] == ' ' || raw[0] == '\t') {
			joined.Write(raw[1:])
			continue
		}
		end()
		begun = number
		joined.Write(raw)
	}
	end()
	return lines
}

// nest is a component that we are in.
type nest struct {
	icsLine
	path string // VCALENDAR/VEVENT
}

// scan finds the events of a file, and what is wrong with how it is put together.
func scan(content []byte) (icsFile, error) {
	var file icsFile
	within := []nest{{}}
	for _, l := range unfold(content) {
		in, name := within[len(within)-1], l.name()
		switch {
		case name == "BEGIN":
			path := strings.TrimPrefix(in.path+"/"+strings.ToUpper(l.value()), "/")
			if !strings.HasPrefix(path, "VCALENDAR") || len(within) > deepest {
				return file, fmt.Errorf("line %d: %q is out of place", l.number, short(l.text))
			}
			within = append(within, nest{l, path})
			if path == eventPath {
				file.events = append(file.events, component{line: l.number})
			}
		case in.path == "":
			return file, fmt.Errorf("line %d: BEGIN:VCALENDAR was expected, not %q: it is not an iCalendar file", l.number, short(l.text))
		case name == "END":
			if !strings.EqualFold(in.value(), l.value()) {
				return file, fmt.Errorf("line %d: %q ends %q of line %d", l.number, short(l.text), short(in.text), in.number)
			}
			within = within[:len(within)-1]
		default:
			if err := file.keep(in.path, name, l); err != nil {
				return file, err
			}
		}
	}
	if in := within[len(within)-1]; in.path != "" {
		return file, fmt.Errorf("line %d: %q has no end: the file was cut off", in.number, short(in.text))
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return file, errors.New("it is empty")
	}
	return file, nil
}

// keep takes the properties that matter.
func (f *icsFile) keep(path, name string, l icsLine) error {
	switch {
	case path == "VCALENDAR" && name == "X-WR-TIMEZONE":
		f.named = &l
	case path == "VCALENDAR/VTIMEZONE" && name == "TZID":
		f.zones = append(f.zones, l)
	case path == eventPath && slices.Contains(eventProperties(), name):
		if len(l.text) > longestLine {
			return fmt.Errorf("line %d: %s is longer than %d KiB", l.number, name, longestLine>>10)
		}
		e := &f.events[len(f.events)-1]
		e.lines = append(e.lines, l)
	case path == eventPath && name == "":
		return fmt.Errorf("line %d: %q is no property: the file is damaged", l.number, short(l.text))
	}
	return nil
}

// short is as much of a text as an error needs.
func short(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}
