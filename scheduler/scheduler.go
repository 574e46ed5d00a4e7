package scheduler

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/store"
)

// Scheduler opens the windows of its plan while Run is going on. It answers for the
// calendar of every environment, also when it is not running.
type Scheduler struct {
	store     *store.Store
	log       *logrus.Entry
	owner     string
	wake      chan struct{}
	calendars *calendars
	// now is the wall clock. Timers do not see that it was set, or that the machine
	// slept, so that all decisions look at it anew.
	now func() time.Time

	mu        sync.RWMutex
	plan      Plan
	operator  Operator
	announcer Announcer
}

var _ ops.Calendar = (*Scheduler)(nil)

// Options are what a Scheduler is made of.
type Options struct {
	Plan Plan
	Log  *logrus.Entry
}

// Open is the scheduler over a database, which it brings up to date.
func Open(ctx context.Context, db *sql.DB, opts Options) (*Scheduler, error) {
	kept, err := store.Open(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("open the scheduler: %w", err)
	}
	return &Scheduler{
		store: kept, log: opts.Log, plan: opts.Plan, owner: rand.Text(), wake: make(chan struct{}, 1),
		calendars: newCalendars(opts.Log), now: wallClock,
	}, nil
}

// wallClock is the time without the monotonic reading, which stands still while the
// machine sleeps.
func wallClock() time.Time { return time.Now().Round(0).UTC() }

// SetPlan replaces the plan, as a reload of the configuration does. What is open goes
// on as it began.
func (s *Scheduler) SetPlan(plan Plan) {
	s.mu.Lock()
	s.plan = plan
	s.mu.Unlock()
	s.kick()
}

// SetOperator gives the scheduler the domain, which needs the scheduler's calendar
// first.
func (s *Scheduler) SetOperator(operator Operator) {
	s.mu.Lock()
	s.operator = operator
	s.mu.Unlock()
	s.kick()
}

// SetAnnouncer gives the scheduler somebody to tell of what went wrong.
func (s *Scheduler) SetAnnouncer(announcer Announcer) {
	s.mu.Lock()
	s.announcer = announcer
	s.mu.Unlock()
	s.kick()
}

// parts are what the scheduler works with at this moment.
func (s *Scheduler) parts() (Plan, Operator, Announcer) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.plan, s.operator, s.announcer
}

// kick has the loop look at everything now.
func (s *Scheduler) kick() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
