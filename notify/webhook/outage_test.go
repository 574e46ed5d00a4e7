package webhook_test

import (
	"context"
	"database/sql"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"
	_ "modernc.org/sqlite"

	"github.com/keeptrusts/ktops/notify"
)

// receiver answers 200 when nothing else is to be answered, and remembers who came.
type receiver struct {
	mu     sync.Mutex
	answer func(w http.ResponseWriter, key string, tried int) int
	tried  map[string]int
	times  []time.Time
	taken  []string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := request.Header.Get("Idempotency-Key")
	status := r.answer(w, key, r.tried[key])
	r.tried[key]++
	r.times = append(r.times, time.Now())
	w.WriteHeader(status)
	if status < 300 {
		r.taken = append(r.taken, key)
	}
}

func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.taken)
}

// tell has an outbox tell three alarms by webhook, and waits until it took them, a while at most.
func tell(t *testing.T, r *receiver, while time.Duration) {
	t.Helper()
	r.tried = map[string]int{}
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(filepath.Join(t.TempDir(), "ktops.db"))+"?_pragma=journal_mode(WAL)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	log := logrus.New()
	log.SetOutput(t.Output())
	routes := []notify.Route{{Name: "hook", Audience: notify.Operators, Channel: channel(t, r.ServeHTTP)}}
	o, err := notify.Open(t.Context(), db, notify.Options{Routes: routes, Log: logrus.NewEntry(log)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = o.Run(ctx) })
	for _, key := range []string{"a", "b", "c"} {
		n := notify.Notice{Key: key, Environment: "production", Kind: notify.Alarm, At: time.Now(), Deadline: time.Now().Add(72 * time.Hour)}
		if err := o.Raise(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(while); time.Now().Before(end) && r.count() < 3; {
		<-time.After(time.Minute)
	}
	cancel()
	running.Wait()
}

func TestOutage_500ForAnHourIsDeliveredOnceAndInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r := &receiver{answer: func(http.ResponseWriter, string, int) int {
			if time.Since(began) < time.Hour {
				return http.StatusInternalServerError
			}
			return http.StatusOK
		}}
		tell(t, r, 62*time.Minute)
		if diff := cmp.Diff([]string{"a/operators", "b/operators", "c/operators"}, r.taken); diff != "" {
			t.Error(diff)
		}
		if tries := r.tried["a/operators"]; tries < 50 || tries > 90 || r.tried["b/operators"] != 1 {
			t.Errorf("tries: %v", r.tried)
		}
	})
}

func TestOutage_WaitsAsLongAsTheReceiverAsks(t *testing.T) {
	for name, c := range map[string]struct {
		header func() string
		wait   time.Duration
	}{
		"seconds":       {func() string { return "600" }, 10 * time.Minute},
		"a date":        {func() string { return time.Now().Add(20 * time.Minute).UTC().Format(http.TimeFormat) }, 20 * time.Minute},
		"for ever":      {func() string { return "99999999999" }, 24 * time.Hour},
		"nothing clear": {func() string { return "soon" }, 2 * time.Second},
		"the past":      {func() string { return "-5" }, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &receiver{answer: func(w http.ResponseWriter, key string, tried int) int {
					if key == "a/operators" && tried == 0 {
						w.Header().Set("Retry-After", c.header())
						return http.StatusTooManyRequests
					}
					return http.StatusOK
				}}
				tell(t, r, 25*time.Hour)
				if len(r.taken) != 3 {
					t.Fatalf("taken: %q", r.taken)
				}
				if wait := r.times[1].Sub(r.times[0]); wait < c.wait*8/10-time.Millisecond || wait > c.wait*12/10 {
					t.Errorf("it waited %s, and was asked for %s", wait, c.wait)
				}
			})
		})
	}
}

func TestOutage_WhatIsRefusedForGoodDoesNotHoldTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{answer: func(_ http.ResponseWriter, key string, _ int) int {
			if key == "a/operators" {
				return http.StatusUnprocessableEntity
			}
			return http.StatusOK
		}}
		tell(t, r, time.Minute)
		if diff := cmp.Diff(map[string]int{"a/operators": 1, "b/operators": 1, "c/operators": 1}, r.tried); diff != "" {
			t.Error(diff)
		}
	})
}
