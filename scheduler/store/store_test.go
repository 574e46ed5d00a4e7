package store_test

import (
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	opens = time.Date(2026, time.March, 29, 1, 0, 0, 0, time.UTC)
	alice = ops.Actor{ID: "U0ALICE", Name: "alice"}
)

func handle(t *testing.T, file string) (*store.Store, *sql.DB) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(file)+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	s, err := store.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return s, db
}

func temporary(t *testing.T) (*store.Store, *sql.DB) {
	t.Helper()
	return handle(t, filepath.Join(t.TempDir(), "ktops.db"))
}

// night is an occurrence that is open in the hands of an owner.
func night(owner string) store.Occurrence {
	return store.Occurrence{
		Occurrence: ops.Occurrence{
			Environment: "production", State: ops.OpenNow, Reason: "before the audit", By: alice, Began: opens.Add(time.Second),
			Opening: ops.Opening{Window: "nightly", Key: "2026-03-29T02:30", Zone: "Europe/Berlin", Opens: opens, Closes: opens.Add(time.Hour)},
		},
		Does: []ops.Chore{ops.ChoreBackup, ops.ChoreVerify}, Owner: owner,
	}
}

func insert(t *testing.T, s *store.Store, o store.Occurrence) {
	t.Helper()
	if fresh, err := s.Insert(t.Context(), o, store.Untold); err != nil || !fresh {
		t.Fatalf("fresh %v, %v", fresh, err)
	}
}

func find(t *testing.T, s *store.Store) store.Occurrence {
	t.Helper()
	o, found, err := s.Occurrence(t.Context(), "production", "nightly", "2026-03-29T02:30")
	if err != nil || !found {
		t.Fatalf("found %v, %v", found, err)
	}
	return o
}

func TestInsert_OnceAlsoByAnotherProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ktops.db")
	one, _ := handle(t, file)
	other, _ := handle(t, file)
	insert(t, one, night("a"))
	if fresh, err := other.Insert(t.Context(), night("b"), store.Untold); err != nil || fresh {
		t.Errorf("fresh %v, %v", fresh, err)
	}
	if diff := cmp.Diff(night("a"), find(t, other), cmp.Transformer("done", func(d []store.Done) int { return len(d) })); diff != "" {
		t.Error(diff)
	}
}

func TestSave_KeepsWhatWasDone(t *testing.T) {
	s, _ := temporary(t)
	o := night("a")
	insert(t, s, o)
	done := store.Done{ChoreResult: ops.ChoreResult{Chore: ops.ChoreBackup, Level: ops.Pass, Fact: "taken", Took: time.Minute}, Acted: true}
	o.Done, o.Run, o.State, o.Ended = append(o.Done, done), "r-1", ops.BrokeDown, opens.Add(time.Minute)
	if err := s.Save(t.Context(), o, store.Untold); err != nil {
		t.Fatal(err)
	}
	o.Chores = []ops.ChoreResult{done.ChoreResult}
	if diff := cmp.Diff(o, find(t, s)); diff != "" {
		t.Error(diff)
	}
}

func TestOwner_WhoLostItChangesNothing(t *testing.T) {
	s, _ := temporary(t)
	o := night("a")
	insert(t, s, o)
	if err := s.Renew(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if taken, err := s.Take(t.Context(), o, "b", opens); err != nil || taken {
		t.Errorf("taken from an owner that gave a sign of life since: %v, %v", taken, err)
	}
	if taken, err := s.Take(t.Context(), find(t, s), "b", opens); err != nil || !taken {
		t.Fatalf("%v, %v", taken, err)
	}
	for name, err := range map[string]error{
		"renew": s.Renew(t.Context(), o), "save": s.Save(t.Context(), o, store.Told), "release": s.Release(t.Context(), o),
	} {
		if !errors.Is(err, store.ErrLost) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := find(t, s); got.Owner != "b" || got.Began != o.Began {
		t.Errorf("%+v", got)
	}
}

func TestTake_BeginsWhatWasOpenedByHand(t *testing.T) {
	s, _ := temporary(t)
	o := night("")
	o.Began = time.Time{}
	insert(t, s, o)
	if taken, err := s.Take(t.Context(), o, "a", opens.Add(time.Minute)); err != nil || !taken {
		t.Fatalf("%v, %v", taken, err)
	}
	if got := find(t, s); got.Began != opens.Add(time.Minute) || got.Owner != "a" {
		t.Errorf("%+v", got)
	}
}

func TestHistory_IsNeverChanged(t *testing.T) {
	s, db := temporary(t)
	o := night("a")
	insert(t, s, o)
	o.State = ops.BrokeDown
	if err := s.Save(t.Context(), o, store.Untold); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`DELETE FROM window_occurrences`,
		`UPDATE window_occurrences SET state = 'used', told = 1`,
		`UPDATE window_occurrences SET chores = '[{}]', told = 1`,
		`UPDATE window_occurrences SET reason = 'all was well', told = 1`,
		`UPDATE window_occurrences SET run = 'r-2', told = 1`,
		`UPDATE window_occurrences SET ended = 1, told = 1`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("%s was done", statement)
		}
	}
	if untold, err := s.Untold(t.Context()); err != nil || len(untold) != 1 {
		t.Errorf("%+v, %v", untold, err)
	}
	if err := s.Tell(t.Context(), o.Occurrence); err != nil {
		t.Error(err)
	}
	if untold, err := s.Untold(t.Context()); err != nil || len(untold) != 0 {
		t.Errorf("%+v, %v", untold, err)
	}
	if err := s.Save(t.Context(), o, store.Untold); !errors.Is(err, store.ErrLost) {
		t.Errorf("it ended twice: %v", err)
	}
}

func TestCursor_IsOfOneDefinition(t *testing.T) {
	s, _ := temporary(t)
	for _, at := range []time.Time{opens, opens.Add(time.Hour)} {
		if err := s.SaveCursor(t.Context(), "production", "nightly", "0 2 * * * UTC", at); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Cursor(t.Context(), "production", "nightly", "0 2 * * * UTC"); err != nil || got != at {
			t.Errorf("%s, %v", got, err)
		}
	}
	if got, err := s.Cursor(t.Context(), "production", "nightly", "0 3 * * * UTC"); err != nil || !got.IsZero() {
		t.Errorf("%s, %v", got, err)
	}
}

func TestProposal_OneIsAtItUntilItIsSettled(t *testing.T) {
	s, _ := temporary(t)
	p := store.Proposal{Environment: "production", Window: "weekly", Key: "2026-03-29T02:30", Target: ops.Version{Major: 3}, Owner: "a"}
	other := p
	other.Owner = "b"
	for i, want := range []bool{true, false} {
		if got, err := s.Claim(t.Context(), []store.Proposal{p, other}[i]); err != nil || got != want {
			t.Errorf("claim %d: %v, %v", i, got, err)
		}
	}
	p.Refusal = "it runs already"
	if err := s.SaveProposal(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	was, found, err := s.Proposal(t.Context(), other)
	if err != nil || !found || was.Owner != "" || was.Refusal != "it runs already" {
		t.Fatalf("%+v, %v, %v", was, found, err)
	}
	for i, want := range []bool{true, false} {
		if got, err := s.TakeProposal(t.Context(), was, []string{"b", "a"}[i]); err != nil || got != want {
			t.Errorf("take %d: %v, %v", i, got, err)
		}
	}
	other.Run = "r-1"
	if err := s.SaveProposal(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if was, _, err = s.Proposal(t.Context(), p); err != nil || was.Run != "r-1" || was.Refusal != "" {
		t.Errorf("%+v, %v", was, err)
	}
	if got, err := s.TakeProposal(t.Context(), was, "a"); err != nil || got {
		t.Errorf("what was proposed was taken: %v, %v", got, err)
	}
}

func TestFreezes_ThatStand(t *testing.T) {
	s, _ := temporary(t)
	audit := ops.Freeze{ID: "f-1", Environment: "production", From: opens, Until: opens.Add(time.Hour), Reason: "audit", By: alice}
	sale := ops.Freeze{ID: "f-2", Environment: "production", From: opens.Add(-time.Hour), Until: opens.Add(2 * time.Hour), Reason: "sale", By: alice}
	for _, f := range []ops.Freeze{audit, sale} {
		if err := s.AddFreeze(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	standing := func(at time.Time, want ...ops.Freeze) {
		t.Helper()
		got, err := s.Freezes(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	standing(opens, sale, audit)
	standing(opens.Add(time.Hour), sale)
	for _, want := range []bool{true, false} {
		if lifted, err := s.LiftFreeze(t.Context(), "f-2", alice, opens); err != nil || lifted != want {
			t.Errorf("%v, %v", lifted, err)
		}
	}
	standing(opens, audit)
}

func TestOpen_SaysWhatCouldNotBePrepared(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(filepath.Join(t.TempDir(), "none", "ktops.db")))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := store.Open(t.Context(), db); err == nil {
		t.Error("no error")
	}
}
