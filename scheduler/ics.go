package scheduler

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/calendar"
)

const (
	// readBack and readAhead are the time of a calendar file that is read; events that
	// recur for ever have to end somewhere.
	readBack  = 7 * 24 * time.Hour
	readAhead = 2 * 366 * 24 * time.Hour
	// readAnew is how long a reading is good for while the file does not change.
	readAnew = 24 * time.Hour
)

// calendars are the .ics files with freezes. Each is read again when it changed; one
// that cannot be read keeps its last good reading, for a typing mistake must not lift
// a freeze.
type calendars struct {
	log *logrus.Entry

	mu    sync.Mutex
	files map[FreezeFile]*reading
}

// reading is what was read of a file, and of which state of it.
type reading struct {
	changed time.Time
	size    int64
	at      time.Time
	freezes []calendar.Freeze
	// trouble is the last that was warned of, so that it is said once.
	trouble string
}

func newCalendars(log *logrus.Entry) *calendars {
	return &calendars{log: log, files: map[FreezeFile]*reading{}}
}

// unread is why the freezes of an environment are not known at all; nil when they are.
func (c *calendars) unread(file FreezeFile) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.files[file]; r != nil && r.at.IsZero() {
		return fmt.Errorf("read the freezes of %s: %s; mend the file, or take it out of ktops.yaml", file.Path, r.trouble)
	}
	return nil
}

// freezes lists the freezes of files, which are given by environment.
func (c *calendars) freezes(files map[string]FreezeFile, now time.Time) []ops.Freeze {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []ops.Freeze
	for _, environment := range slices.Sorted(maps.Keys(files)) {
		for _, f := range c.read(files[environment], now) {
			from, until := f.From.UTC(), f.Until.UTC()
			list = append(list, ops.Freeze{
				ID: stableID("k", environment, f.UID, from.String(), until.String()), Environment: environment,
				From: from, Until: until, Reason: cmp.Or(f.Summary, "an event without a title"), Source: fromCalendar,
			})
		}
	}
	return list
}

func (c *calendars) read(file FreezeFile, now time.Time) []calendar.Freeze {
	r, ok := c.files[file]
	if !ok {
		r = &reading{}
		c.files[file] = r
	}
	if err := r.refresh(file, now); err == nil {
		r.trouble = ""
	} else if r.trouble != err.Error() {
		r.trouble = err.Error()
		c.log.WithField("file", file.Path).WithError(err).Warn("cannot read freezes; those read before stay")
	}
	return r.freezes
}

// refresh reads the file if it changed since it was read.
func (r *reading) refresh(f FreezeFile, now time.Time) error {
	info, err := os.Stat(f.Path)
	if err != nil {
		return err
	}
	age := now.Sub(r.at)
	if info.ModTime().Equal(r.changed) && info.Size() == r.size && age >= 0 && age < readAnew {
		return nil
	}
	zone, err := time.LoadLocation(f.Zone)
	if err != nil {
		return err
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	freezes, err := calendar.ReadFreezes(file, now.Add(-readBack).In(zone), now.Add(readAhead))
	if err != nil {
		return err
	}
	r.freezes, r.changed, r.size, r.at = freezes, info.ModTime(), info.Size(), now
	return nil
}
