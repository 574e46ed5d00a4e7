package scheduler

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/calendar"
)

// Plan is what a configuration says about windows and freezes.
type Plan struct {
	Windows []Window
	Freezes []FrozenTime
	// Calendars are the files with further freezes, by environment.
	Calendars map[string]FreezeFile
}

// Window is a recurring time in which an environment may be worked on.
type Window struct {
	Environment string
	Name        string
	Schedule    calendar.Schedule
	Duration    time.Duration
	// Does lists what happens in it, in order.
	Does []ops.Chore
	// Target is the version that is to be proposed by itself; zero for none.
	Target ops.Version
	// Notices are how long before an opening people are told.
	Notices []time.Duration
}

// FreezeFile is an .ics file with freezes. Zone is where its days and times are that
// name none.
type FreezeFile struct {
	Path, Zone string
}

// FrozenTime is a freeze of the configuration.
type FrozenTime struct {
	Environment string // empty: all
	From, Until time.Time
	Reason      string
}

func (w Window) opening(start calendar.Start) ops.Opening {
	return ops.Opening{
		Window: w.Name, Key: start.Key, Zone: w.Schedule.Zone,
		Opens: start.At.UTC(), Closes: start.At.Add(w.Duration).UTC(),
	}
}

// opensAt reports whether an opening is one of the window as it is now.
func (w Window) opensAt(o ops.Opening) bool {
	start := w.Schedule.Next(o.Opens.Add(-time.Nanosecond))
	return start.Key == o.Key && start.At.Equal(o.Opens)
}

func (w Window) upgrades() bool { return slices.Contains(w.Does, ops.ChoreUpgrade) }

// onlyUpgrades reports whether nothing happens in the window but what a run does.
func (w Window) onlyUpgrades() bool { return w.upgrades() && len(w.Does) == 1 }

// definition is what tells one recurrence from another: a window whose cron or zone
// was changed begins anew.
func (w Window) definition() string { return w.Schedule.Cron + " " + w.Schedule.Zone }

// leastLead is how long before an opening a pinned version is proposed at least.
const leastLead = 24 * time.Hour

// lead is how long before an opening a pinned version is proposed: early enough for
// the first notice, and for people to look at it on the day before.
func (w Window) lead() time.Duration {
	return slices.Max(append([]time.Duration{leastLead}, w.Notices...))
}

// of lists the windows of an environment, of all when it is empty.
func (p Plan) of(environment string) []Window {
	return slices.DeleteFunc(slices.Clone(p.Windows), func(w Window) bool { return environment != "" && w.Environment != environment })
}

// window finds a window by its name.
func (p Plan) window(environment, name string) (Window, error) {
	var names []string
	for _, w := range p.of(environment) {
		if w.Name == name {
			return w, nil
		}
		names = append(names, w.Name)
	}
	if len(names) == 0 {
		return Window{}, ops.Refuse(fmt.Sprintf("%s has no windows", cmp.Or(environment, "the configuration")), "add one under windows in ktops.yaml")
	}
	return Window{}, ops.Refuse(fmt.Sprintf("%s has no window %q", environment, name), names...)
}
