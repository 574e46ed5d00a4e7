package wire

import (
	"context"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/journal"
	"github.com/keeptrusts/ktops/scheduler"
	"github.com/keeptrusts/ktops/scheduler/calendar"
)

// OpenScheduler is the scheduler of a configuration, in the journal's database. It
// has still to be given the operator.
func OpenScheduler(ctx context.Context, j *journal.Journal, c *config.Config, log *logrus.Entry) (*scheduler.Scheduler, error) {
	plan, err := Schedule(c)
	if err != nil {
		return nil, err
	}
	return scheduler.Open(ctx, j.DB(), scheduler.Options{Plan: plan, Log: log})
}

// Schedule is what a configuration says about windows and freezes. It fails only
// for what loading would have refused.
func Schedule(c *config.Config) (scheduler.Plan, error) {
	plan := scheduler.Plan{Calendars: map[string]scheduler.FreezeFile{}}
	for _, e := range c.Environments {
		for _, w := range e.Windows {
			window, err := windowOf(e.Name, w)
			if err != nil {
				return scheduler.Plan{}, fmt.Errorf("window %s of %s: %w", w.Name, e.Name, err)
			}
			plan.Windows = append(plan.Windows, window)
		}
		zone, err := time.LoadLocation(e.Zone)
		if err != nil {
			return scheduler.Plan{}, fmt.Errorf("zone of %s: %w", e.Name, err)
		}
		for _, f := range e.Freezes {
			from, until := f.Interval(zone)
			plan.Freezes = append(plan.Freezes, scheduler.FrozenTime{Environment: e.Name, From: from, Until: until, Reason: f.Reason})
		}
		if e.FreezeCalendar != "" {
			plan.Calendars[e.Name] = scheduler.FreezeFile{Path: e.FreezeCalendar, Zone: e.Zone}
		}
	}
	return plan, nil
}

func windowOf(environment string, w config.Window) (scheduler.Window, error) {
	schedule, err := calendar.Parse(w.Cron, w.Zone)
	if err != nil {
		return scheduler.Window{}, err
	}
	window := scheduler.Window{Environment: environment, Name: w.Name, Schedule: schedule, Duration: w.Duration.Std()}
	for _, chore := range w.Does {
		window.Does = append(window.Does, ops.Chore(chore))
	}
	for _, lead := range w.Notices {
		window.Notices = append(window.Notices, lead.Std())
	}
	if w.Target != "" {
		window.Target, err = ops.ParseVersion(w.Target)
	}
	return window, err
}
