package scheduler_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	_ "modernc.org/sqlite"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler"
	"github.com/keeptrusts/ktops/scheduler/calendar"
)

// world is a machine on which schedulers come and go over one database. Its time is
// that of synctest, and begins at midnight UTC on 1 January 2000, a Saturday.
type world struct {
	t    *testing.T
	file string
	desk *desk

	mu     sync.Mutex
	ahead  time.Duration // of the wall clock
	raised []ops.Occurrence
	deaf   error // of who is told
}

// story runs in a world with its own time.
func story(t *testing.T, tell func(*testing.T, *world)) {
	t.Helper()
	storyOn(t, filepath.Join(t.TempDir(), "ktops.db"), tell)
}

// storyOn runs on a database that may be there already.
func storyOn(t *testing.T, file string, tell func(*testing.T, *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, file: file, desk: newDesk()}
		w.desk.now = w.now
		tell(t, w)
	})
}

// now is the wall clock, which need not go as time does.
func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.ahead).Round(0).UTC()
}

// setClock sets the wall clock by so much, as a person, NTP or waking up does.
func (w *world) setClock(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead += by
}

// Raise is how the scheduler tells people.
func (w *world) Raise(_ context.Context, o ops.Occurrence) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.deaf == nil {
		w.raised = append(w.raised, o)
	}
	return w.deaf
}

// told lists what people were told.
func (w *world) told() []ops.Occurrence {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.raised)
}

// daemon is a scheduler that is running.
type daemon struct {
	*scheduler.Scheduler
	db     *sql.DB
	cancel context.CancelFunc
	over   sync.WaitGroup
}

// open is a handle on a database as the journal has it, but for what a power cut does.
func open(file string) (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+url.PathEscape(file)+"?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=busy_timeout(10000)&_txlock=immediate")
}

func database(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := open(file)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// closing is a database of its own, until the test ends.
func closing(t *testing.T) *sql.DB {
	t.Helper()
	db := database(t, filepath.Join(t.TempDir(), "ktops.db"))
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// start runs another scheduler, with its own handle on the database.
func (w *world) start(plan scheduler.Plan) *daemon {
	w.t.Helper()
	d := &daemon{db: database(w.t, w.file)}
	log := logrus.New()
	log.SetOutput(io.Discard)
	s, err := scheduler.Open(w.t.Context(), d.db, scheduler.Options{Plan: plan, Log: logrus.NewEntry(log)})
	if err != nil {
		w.t.Fatal(err)
	}
	d.Scheduler = s
	scheduler.SetClock(s, w.now)
	s.SetOperator(w.desk)
	s.SetAnnouncer(w)
	w.desk.calendar = s
	ctx, cancel := context.WithCancel(w.t.Context())
	d.cancel = cancel
	d.over.Go(func() {
		if err := s.Run(ctx); err != nil {
			w.t.Errorf("the scheduler ended: %v", err)
		}
	})
	w.t.Cleanup(d.stop)
	return d
}

// stop ends a scheduler as a service manager does.
func (d *daemon) stop() {
	d.cancel()
	d.over.Wait()
	_ = d.db.Close()
}

// kill ends a scheduler so that it can write nothing more.
func (d *daemon) kill() {
	_ = d.db.Close()
	d.stop()
}

// pass lets time pass, and then what is due be done.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// passUntil lets time pass until a moment, such as 2000-01-02 02:00 in UTC.
func (w *world) passUntil(moment string) {
	w.t.Helper()
	at := w.at(moment)
	if at.Before(w.now()) {
		w.t.Fatalf("%s is over", moment)
	}
	pass(at.Sub(w.now()))
}

func (w *world) at(moment string) time.Time {
	w.t.Helper()
	at, err := time.Parse("2006-01-02 15:04", moment)
	if err != nil {
		w.t.Fatal(err)
	}
	return at
}

// window is one of production in UTC.
func (w *world) window(name, cron string, lasts time.Duration, does ...ops.Chore) scheduler.Window {
	w.t.Helper()
	return w.windowIn("UTC", name, cron, lasts, does...)
}

func (w *world) windowIn(zone, name, cron string, lasts time.Duration, does ...ops.Chore) scheduler.Window {
	w.t.Helper()
	schedule, err := calendar.Parse(cron, zone)
	if err != nil {
		w.t.Fatal(err)
	}
	return scheduler.Window{Environment: "production", Name: name, Schedule: schedule, Duration: lasts, Does: does}
}

// nightly is a window for backups at two o'clock.
func (w *world) nightly(does ...ops.Chore) scheduler.Plan {
	w.t.Helper()
	if len(does) == 0 {
		does = []ops.Chore{ops.ChoreBackup}
	}
	return scheduler.Plan{Windows: []scheduler.Window{w.window("nightly", "0 2 * * *", time.Hour, does...)}}
}

// opening is the first of an environment.
func (d *daemon) opening(t *testing.T) ops.Opening {
	t.Helper()
	list, err := d.Openings(t.Context(), "production", time.Now(), 1)
	if err != nil || len(list) == 0 {
		t.Fatalf("no opening: %v", err)
	}
	return list[0]
}

// history is what the scheduler keeps, oldest first.
func (d *daemon) history(t *testing.T) []ops.Occurrence {
	t.Helper()
	list, err := d.Occurrences(t.Context(), "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(list)
	return list
}

// only is the one occurrence that is kept.
func (d *daemon) only(t *testing.T) ops.Occurrence {
	t.Helper()
	list := d.history(t)
	if len(list) != 1 {
		t.Fatalf("%d occurrences are kept, not one: %+v", len(list), list)
	}
	return list[0]
}

// refusal is the no that an error is.
func refusal(t *testing.T, err error) *ops.Refusal {
	t.Helper()
	var r *ops.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("%v is no refusal", err)
	}
	return r
}
