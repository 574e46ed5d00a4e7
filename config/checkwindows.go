package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/calendar"
)

// closingMargin is what a window needs beside the drain to be of any use.
const closingMargin = time.Minute

// upgrades reports whether upgrades run in the window.
func (w Window) upgrades() bool { return slices.Contains(w.Does, string(ops.ChoreUpgrade)) }

// checkWindows also gives those that name no zone the environment's.
func (d *decoder) checkWindows(id string, e Environment) {
	for i := range e.Windows {
		w, at := &e.Windows[i], fmt.Sprintf("%s[%d]", id, i)
		if w.Zone == "" {
			w.Zone = e.Zone
		}
		if w.Name == ops.NextWindow {
			d.key(at, "cannot be the name of a window", "commands mean the soonest of any window by it; name it otherwise")
		}
		if repeated, ok := firstRepeated(w.Does); ok {
			d.key(fmt.Sprintf("%s.does[%d]", at, repeated), "is given twice", "remove one of them")
		}
		if repeated, ok := firstRepeated(w.Notices); ok {
			d.key(fmt.Sprintf("%s.notices[%d]", at, repeated), "is given twice", "remove one of them")
		}
		d.checkUpgrades(at, *w, e.maintenance())
	}
	d.checkOverlap(id, e.Windows)
}

// checkUpgrades finds what keeps a window from ever upgrading.
func (d *decoder) checkUpgrades(id string, w Window, m *Maintenance) {
	switch {
	case !w.upgrades() && w.Target != "":
		d.key(id+".target", "is given, but the window does not upgrade", "add upgrade to does, or remove it")
	case !w.upgrades():
	case m == nil:
		d.key(id+".does", "has upgrade, but the edge cannot be closed", "add edge.maintenance to the environment, or list what else it does: does: [backup]")
	case w.Duration > 0 && w.Duration.Std() < m.DrainLimit.Std()+closingMargin:
		d.key(id+".duration", fmt.Sprintf("is shorter than the drain alone may take (%s) and a minute", m.DrainLimit),
			fmt.Sprintf("make it at least %s, or edge.maintenance.drain_limit shorter", Duration(m.DrainLimit.Std()+closingMargin)))
	}
}

// checkOverlap finds windows that are open together, or open again while they are.
func (d *decoder) checkOverlap(id string, windows Windows) {
	now := time.Now()
	open := make([]*calendar.Window, len(windows)) // nil: told already that it is not well
	for i, w := range windows {
		schedule, err := calendar.Parse(w.Cron, w.Zone)
		if err != nil || w.Duration <= 0 {
			continue
		}
		this := calendar.Window{Schedule: schedule, Duration: w.Duration.Std()}
		if at, ok := opensAgain(this, now); ok {
			d.key(fmt.Sprintf("%s[%d].duration", id, i), "is longer than the time until it opens again, on "+clock(at, schedule), "make it shorter, or cron rarer")
			continue
		}
		for j, other := range open[:i] {
			if other == nil {
				continue
			}
			if at, ok := calendar.Overlap(*other, this, now, now.Add(overlapYear)); ok {
				d.key(fmt.Sprintf("%s[%d]", id, i), fmt.Sprintf("is open together with %s on %s", windows[j].Name, clock(at, schedule)),
					"move one of them, or make it shorter")
				break
			}
		}
		open[i] = &this
	}
}

func clock(t time.Time, s calendar.Schedule) string {
	return t.In(s.Location()).Format("2 January 2006 at 15:04 MST")
}

func (d *decoder) checkFreezes(id string, e Environment) {
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		return // told already
	}
	for i, f := range e.Freezes {
		from, until := f.Interval(zone)
		if f.From.written != "" && f.Until.written != "" && !until.After(from) {
			d.key(fmt.Sprintf("%s[%d].until", id, i), "is not after from", "a freeze ends after it began")
		}
		if strings.TrimSpace(f.Reason) == "" && f.Reason != "" {
			d.key(fmt.Sprintf("%s[%d].reason", id, i), "says nothing", "say what who would upgrade is to know")
		}
	}
}

// firstRepeated is the index of the first item that is there before.
func firstRepeated[T comparable](list []T) (int, bool) {
	for i, item := range list {
		if slices.Contains(list[:i], item) {
			return i, true
		}
	}
	return 0, false
}
