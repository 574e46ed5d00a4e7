package scheduler

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Where freezes come from.
const (
	fromConfiguration = "configuration"
	fromCalendar      = "calendar"
	fromChat          = "chat"
)

// Freezes lists the freezes of an environment that are not over, of all when it is
// empty, soonest first.
func (s *Scheduler) Freezes(ctx context.Context, environment string) ([]ops.Freeze, error) {
	return s.freezes(ctx, environment, s.now())
}

// Frozen is the first freeze that overlaps the interval; see ops.Calendar. While a
// calendar file could not be read since the start, nobody knows, and nothing is
// taken to be allowed.
func (s *Scheduler) Frozen(ctx context.Context, environment string, from, until time.Time) (*ops.Freeze, error) {
	list, err := s.freezes(ctx, environment, from)
	if err != nil {
		return nil, err
	}
	plan, _, _ := s.parts()
	if file, ok := plan.Calendars[environment]; ok {
		if err := s.calendars.unread(file); err != nil {
			return nil, err
		}
	}
	i := slices.IndexFunc(list, func(f ops.Freeze) bool { return f.From.Before(until) || f.From.Equal(from) })
	if i < 0 {
		return nil, nil
	}
	return &list[i], nil
}

// freezes lists those that end after a time.
func (s *Scheduler) freezes(ctx context.Context, environment string, at time.Time) ([]ops.Freeze, error) {
	declared, err := s.store.Freezes(ctx, at)
	if err != nil {
		return nil, err
	}
	for i := range declared {
		declared[i].Source = fromChat
	}
	plan, _, _ := s.parts()
	list := slices.Concat(declared, configured(plan), s.calendars.freezes(plan.Calendars, s.now()))
	list = slices.DeleteFunc(list, func(f ops.Freeze) bool {
		elsewhere := environment != "" && f.Environment != "" && f.Environment != environment
		return elsewhere || !f.Until.After(at)
	})
	slices.SortStableFunc(list, func(a, b ops.Freeze) int { return a.From.Compare(b.From) })
	return list, nil
}

// configured are the freezes of the configuration.
func configured(plan Plan) []ops.Freeze {
	var list []ops.Freeze
	for _, f := range plan.Freezes {
		list = append(list, ops.Freeze{
			ID: stableID("c", f.Environment, f.From.UTC().String(), f.Until.UTC().String(), f.Reason), Environment: f.Environment,
			From: f.From.UTC(), Until: f.Until.UTC(), Reason: f.Reason, Source: fromConfiguration,
		})
	}
	return list
}

// stableID is the same for the same freeze after every start.
func stableID(source string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return source + "-" + hex.EncodeToString(sum[:4])
}

// Freeze declares a freeze. Without a beginning it begins now.
func (s *Scheduler) Freeze(ctx context.Context, f ops.Freeze) (ops.Freeze, error) {
	_, operator, _ := s.parts()
	if operator == nil {
		return ops.Freeze{}, errStarting()
	}
	if err := operator.MayControl(ctx, f.Environment, f.By); err != nil {
		return ops.Freeze{}, err
	}
	now := s.now()
	if f.From.IsZero() {
		f.From = now
	}
	f.From, f.Until = f.From.UTC().Truncate(time.Second), f.Until.UTC().Truncate(time.Second)
	switch {
	case strings.TrimSpace(f.Reason) == "":
		return ops.Freeze{}, ops.Refuse("a freeze needs a reason; it is announced and kept", "freeze UNTIL REASON")
	case !f.Until.After(now):
		return ops.Freeze{}, ops.Refuse("the freeze would be over already: it ends "+ops.ClockText(f.Until, "UTC"), "freeze UNTIL REASON")
	case !f.Until.After(f.From):
		return ops.Freeze{}, ops.Refuse("the freeze would end before it begins", "freeze UNTIL REASON")
	}
	f.ID, f.Source = "f-"+strings.ToLower(rand.Text()[:6]), fromChat
	if err := s.store.AddFreeze(ctx, f); err != nil {
		return ops.Freeze{}, err
	}
	s.log.WithField("environment", f.Environment).WithField("freeze", f.ID).WithField("by", f.By.ID).
		WithField("until", f.Until.Format(time.RFC3339)).Info("frozen: " + f.Reason)
	return f, nil
}

// Unfreeze lifts a freeze that somebody declared.
func (s *Scheduler) Unfreeze(ctx context.Context, environment, id string, by ops.Actor) (ops.Freeze, error) {
	_, operator, _ := s.parts()
	if operator == nil {
		return ops.Freeze{}, errStarting()
	}
	if err := operator.MayControl(ctx, environment, by); err != nil {
		return ops.Freeze{}, err
	}
	list, err := s.Freezes(ctx, environment)
	if err != nil {
		return ops.Freeze{}, err
	}
	i := slices.IndexFunc(list, func(f ops.Freeze) bool { return f.ID == id })
	switch {
	case i < 0:
		return ops.Freeze{}, ops.Refuse(fmt.Sprintf("%s has no freeze %q", environment, id), "freezes")
	case list[i].Source == fromConfiguration:
		return list[i], ops.Refuse("freeze "+id+" is in the configuration", "remove it from ktops.yaml")
	case list[i].Source == fromCalendar:
		return list[i], ops.Refuse("freeze "+id+" is in the calendar file", "remove it there")
	}
	lifted, err := s.store.LiftFreeze(ctx, id, by, s.now())
	if err != nil {
		return ops.Freeze{}, err
	}
	if lifted {
		s.log.WithField("environment", environment).WithField("freeze", id).WithField("by", by.ID).Info("freeze is lifted")
	}
	return list[i], nil
}

func errStarting() error {
	return errors.New("ask who may steer the windows: ktops is still starting; try again in a moment")
}
