package notify_test

import (
	"bytes"
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	_ "modernc.org/sqlite"

	"github.com/keeptrusts/ktops/notify"
)

// world is an outbox with its database and readers.
type world struct {
	t       *testing.T
	file    string
	db      *sql.DB
	routes  []notify.Route
	outbox  *notify.Outbox
	metrics *notify.Metrics
	log     *bytes.Buffer
	stop    func()
}

// inBubble runs a story in virtual time, with a running outbox.
func inBubble(t *testing.T, routes []notify.Route, story func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, file: filepath.Join(t.TempDir(), "ktops.db"), routes: routes, metrics: notify.NewMetrics(), log: &bytes.Buffer{}}
		w.start()
		story(t, w)
		w.stop()
		if t.Failed() {
			t.Logf("the log says:\n%s", w.log)
		}
	})
}

func database(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(file)+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// start is a daemon's start; its end is w.stop.
func (w *world) start() {
	w.t.Helper()
	w.db = database(w.t, w.file)
	log := logrus.New()
	log.SetOutput(w.log)
	var err error
	w.outbox, err = notify.Open(w.t.Context(), w.db, notify.Options{Routes: w.routes, Metrics: w.metrics, Log: logrus.NewEntry(log)})
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.t.Context()))
	var running sync.WaitGroup
	running.Go(func() { _ = w.outbox.Run(ctx) })
	w.stop = func() {
		cancel()
		running.Wait()
		_ = w.db.Close()
	}
}

// after lets a while pass and what is due happen.
func after(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (w *world) raise(n notify.Notice) {
	w.t.Helper()
	if err := w.outbox.Raise(w.t.Context(), n); err != nil {
		w.t.Fatal(err)
	}
}

// states tells what became of each notice, by key and recipient.
func (w *world) states() map[string]string {
	w.t.Helper()
	told, err := w.outbox.History(w.t.Context(), "", 100)
	if err != nil {
		w.t.Fatal(err)
	}
	states := map[string]string{}
	for _, d := range told {
		key := d.Notice
		if d.Recipient != "" {
			key += " to " + d.Recipient
		}
		states[key] = d.State
	}
	return states
}

// alarm is a notice that operators and leaders hear at once.
func alarm(key string, patience time.Duration) notify.Notice {
	now := time.Now()
	return notify.Notice{Key: key, Environment: "production", Kind: notify.Alarm, Run: "r-abc234", At: now, Deadline: now.Add(patience),
		Facts: notify.Facts{Reason: "the edge is closed"}}
}

// upcoming announces a window that opens some time from now.
func upcoming(key string, opens, lead time.Duration) notify.Notice {
	at := time.Now().Add(opens - lead)
	return notify.Notice{Key: key, Environment: "production", Kind: notify.Upcoming, Run: "r-abc234", At: at, Deadline: at.Add(15 * time.Minute),
		Facts: notify.Facts{Doing: "upgrade to 3.0.0", Thread: "r-abc234", Opens: at.Add(lead), Closes: at.Add(lead + 2*time.Hour), Lead: lead}}
}

// mailbox is a channel that remembers what it was given.
type mailbox struct {
	mu    sync.Mutex
	tries []try
	// answer decides what becomes of a try; nil takes everything.
	answer func(ctx context.Context, m notify.Message, tried int) error
}

type try struct {
	message notify.Message
	at      time.Time
	err     error
}

func (b *mailbox) Send(ctx context.Context, m notify.Message) error {
	tried := 0
	for _, t := range b.all() {
		if t.message.Key == m.Key && t.message.To == m.To {
			tried++
		}
	}
	at, err := time.Now(), error(nil)
	if b.answer != nil {
		err = b.answer(ctx, m, tried)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tries = append(b.tries, try{m, at, err})
	return err
}

// all are the tries so far.
func (b *mailbox) all() []try {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.tries)
}

// keys are those of the tries, and of the messages that were taken.
func (b *mailbox) keys() (tried, taken []string) {
	for _, t := range b.all() {
		tried = append(tried, t.message.Key)
		if t.err == nil {
			taken = append(taken, t.message.Key)
		}
	}
	return tried, taken
}

func operators(name string, c notify.Channel) notify.Route {
	return notify.Route{Name: name, Audience: notify.Operators, Channel: c}
}
