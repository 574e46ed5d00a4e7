package calendar

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"
)

const (
	// largestFile is more than anybody writes by hand or exports of ten years.
	largestFile = 4 << 20
	// mostRules and mostStarts bound the work for a file that wants to keep us busy.
	mostRules  = 1000
	mostStarts = 1_000_000
)

// Freeze is a stretch of an iCalendar file in which nothing may run.
type Freeze struct {
	From, Until  time.Time
	Summary, UID string
}

// ReadFreezes reads the events of an iCalendar file that touch the stretch, earliest
// first: each occurrence of those that recur. Every event counts, also one that is
// shown as free; only one that is cancelled does not. Days and times without a zone
// are in the calendar's own (X-WR-TIMEZONE, or the only zone that it defines), else
// in that of from. Of a file with a mistake nothing is taken: half a freeze is none.
func ReadFreezes(r io.Reader, from, until time.Time) ([]Freeze, error) {
	content, err := io.ReadAll(io.LimitReader(r, largestFile+1))
	if err != nil {
		return nil, err
	}
	if len(content) > largestFile {
		return nil, fmt.Errorf("it is larger than %d MiB: export only the calendar with the freezes", largestFile>>20)
	}
	events, err := readEvents(content, from.Location())
	if err != nil {
		return nil, err
	}
	return freezesOf(events, from, until)
}

// freezesOf are the occurrences of the events.
func freezesOf(events []event, from, until time.Time) ([]Freeze, error) {
	moved := map[string][]moment{} // what single occurrences replace, by UID
	rules := 0
	for _, e := range events {
		if e.replaces != nil && e.uid != "" {
			moved[e.uid] = append(moved[e.uid], *e.replaces)
		}
		if e.rule != "" {
			rules++
		}
	}
	if rules > mostRules {
		return nil, fmt.Errorf("it has %d events that recur, more than %d: export only the calendar with the freezes", rules, mostRules)
	}
	var list []Freeze
	left := mostStarts
	for _, e := range events {
		if e.cancelled {
			continue
		}
		if e.replaces == nil {
			e.except = slices.Concat(e.except, moved[e.uid])
		}
		found, err := e.occurrences(from, until, &left)
		if err != nil {
			return nil, e.at(err)
		}
		list = append(list, found...)
	}
	slices.SortStableFunc(list, func(a, b Freeze) int {
		return cmp.Or(a.From.Compare(b.From), a.Until.Compare(b.Until), cmp.Compare(a.UID, b.UID))
	})
	return list, nil
}
