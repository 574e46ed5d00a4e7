package store_test

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"

	"github.com/keeptrusts/ktops/notify/store"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, file string) *store.Store {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(file)+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	s, err := store.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func temporary(t *testing.T) *store.Store { return open(t, filepath.Join(t.TempDir(), "ktops.db")) }

func notice(key string, at time.Time) store.Notice {
	return store.Notice{Key: key, Environment: "production", Kind: "upcoming", Run: "r-abc234", At: at, Deadline: at.Add(time.Hour), Payload: "{}"}
}

// spread adds a notice that is due at noon, and makes it a delivery for each reader.
func spread(t *testing.T, s *store.Store, key string, readers ...store.Reader) {
	t.Helper()
	if _, err := s.Add(t.Context(), notice(key, noon)); err != nil {
		t.Fatal(err)
	}
	due, _, err := s.Due(t.Context(), noon)
	if err != nil || len(due) != 1 {
		t.Fatalf("due: %+v, %v", due, err)
	}
	for range 2 { // the second time makes nothing of it
		if err := s.Spread(t.Context(), due[0].ID, readers, noon); err != nil {
			t.Fatal(err)
		}
	}
}

func heads(t *testing.T, s *store.Store) []store.Delivery {
	t.Helper()
	list, err := s.Heads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAdd_KeepsAKeyOnceAlsoForAnotherProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ktops.db")
	stores := []*store.Store{open(t, file), open(t, file)}
	var fresh atomic.Int32
	var adding sync.WaitGroup
	for i := range 20 {
		adding.Go(func() {
			added, err := stores[i%2].Add(t.Context(), notice("a", noon))
			if err != nil {
				t.Error(err)
			}
			if added {
				fresh.Add(1)
			}
		})
	}
	adding.Wait()
	due, _, err := stores[0].Due(t.Context(), noon)
	if err != nil || len(due) != 1 || fresh.Load() != 1 {
		t.Fatalf("%d were fresh; due: %+v, %v", fresh.Load(), due, err)
	}
	want := notice("a", noon)
	want.ID = due[0].ID
	if diff := cmp.Diff(want, due[0]); diff != "" {
		t.Error(diff)
	}
}

func TestDue_InTheOrderInWhichTheyWereMeant(t *testing.T) {
	s := temporary(t)
	for _, n := range []store.Notice{notice("later", noon.Add(time.Minute)), notice("first", noon.Add(-time.Minute)), notice("then", noon)} {
		if _, err := s.Add(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	due, next, err := s.Due(t.Context(), noon)
	if err != nil || len(due) != 2 || due[0].Key != "first" || due[1].Key != "then" || !next.Equal(noon.Add(-time.Minute)) {
		t.Errorf("due: %+v, next %s, %v", due, next, err)
	}
}

func TestHeads_AreTheFirstOfEachReader(t *testing.T) {
	s := temporary(t)
	a, b := store.Reader{Channel: "mail", Recipient: "a@example.com"}, store.Reader{Channel: "mail", Recipient: "b@example.com"}
	spread(t, s, "first", a, b)
	spread(t, s, "second", a, b)
	list := heads(t, s)
	if len(list) != 2 || list[0].Notice.Key != "first" || list[1].Notice.Key != "first" {
		t.Fatalf("heads: %+v", list)
	}
	list[0].State = store.Sent
	if err := s.Save(t.Context(), list[0]); err != nil {
		t.Fatal(err)
	}
	list = heads(t, s)
	if len(list) != 2 || list[0].Notice.Key+list[1].Notice.Key != "firstsecond" {
		t.Errorf("heads: %+v", list)
	}
	if depth, err := s.Depth(t.Context()); err != nil || depth["mail"] != 3 {
		t.Errorf("depth %v, %v", depth, err)
	}
}

func TestClaim_IsRefusedForWhatWasWithdrawnSinceItWasRead(t *testing.T) {
	s := temporary(t)
	spread(t, s, "a", store.Reader{Channel: "ops"})
	read := heads(t, s)[0]
	reached, err := s.Withdraw(t.Context(), "r-abc234", "upcoming", noon.Add(time.Second))
	if err != nil || reached {
		t.Fatalf("reached %v, %v", reached, err)
	}
	if claimed, err := s.Claim(t.Context(), read); err != nil || claimed {
		t.Errorf("claimed %v, %v", claimed, err)
	}
	if left := heads(t, s); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
}

func TestWithdraw_LeavesWhatIsMeantForLaterAndOthers(t *testing.T) {
	s := temporary(t)
	other := notice("of another run", noon)
	other.Run = "r-other2"
	for _, n := range []store.Notice{notice("before", noon), notice("at that time", noon.Add(time.Minute)), other} {
		if _, err := s.Add(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Withdraw(t.Context(), "r-abc234", "upcoming", noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	due, _, err := s.Due(t.Context(), noon.Add(time.Hour))
	if err != nil || len(due) != 2 || due[0].Key != "of another run" || due[1].Key != "at that time" {
		t.Errorf("due: %+v, %v", due, err)
	}
}

func TestPrune_ForgetsWhatIsOverAndNothingElse(t *testing.T) {
	s := temporary(t)
	spread(t, s, "told", store.Reader{Channel: "ops"})
	d := heads(t, s)[0]
	d.State = store.Sent
	if err := s.Save(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	spread(t, s, "unsent", store.Reader{Channel: "ops"})
	if _, err := s.Add(t.Context(), notice("coming", noon.Add(48*time.Hour))); err != nil {
		t.Fatal(err)
	}
	if err := s.Prune(t.Context(), noon.Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	history, err := s.History(t.Context(), "production", 10)
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]store.State{}
	for _, d := range history {
		states[d.Notice.Key] = d.State
	}
	if diff := cmp.Diff(map[string]store.State{"unsent": store.Pending, "coming": store.Waiting}, states); diff != "" {
		t.Error(diff)
	}
}
