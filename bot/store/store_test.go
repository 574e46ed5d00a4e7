package store_test

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/keeptrusts/ktops/bot"
	"github.com/keeptrusts/ktops/bot/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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

func temporary(t *testing.T) *store.Store {
	return open(t, filepath.Join(t.TempDir(), "ktops.db"))
}

func TestReceive_KeepsADeliveryOnceAndUntilItIsDone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ktops.db")
	s := open(t, file)
	d := bot.Delivery{ID: "a", Kind: bot.Typed, Received: time.Now().UTC(), User: "U0ALICE", Text: "status"}
	for i, want := range []bool{true, false, false} {
		if fresh, err := s.Receive(t.Context(), d); err != nil || fresh != want {
			t.Errorf("delivery %d: fresh %v, %v", i, fresh, err)
		}
	}
	undone, err := open(t, file).Undone(t.Context()) // another process
	if err != nil || len(undone) != 1 || undone[0] != d {
		t.Fatalf("%+v, %v", undone, err)
	}
	if err := s.Finish(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if fresh, err := s.Receive(t.Context(), d); err != nil || fresh {
		t.Errorf("a copy after it was done: fresh %v, %v", fresh, err)
	}
	if undone, err := s.Undone(t.Context()); err != nil || len(undone) != 0 {
		t.Errorf("%+v, %v", undone, err)
	}
}

func enqueue(t *testing.T, s *store.Store, m bot.Message) bool {
	t.Helper()
	m.State, m.Created = bot.Pending, time.Now().UTC()
	fresh, err := s.Enqueue(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return fresh
}

func heads(t *testing.T, s *store.Store) []bot.Message {
	t.Helper()
	h, err := s.Heads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func save(t *testing.T, s *store.Store, m bot.Message, state bot.MessageState, ts string) {
	t.Helper()
	m.State, m.TS = state, ts
	if err := s.Save(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func TestOutbox_ThreadWaitsForItsFirstMessage(t *testing.T) {
	s := temporary(t)
	if !enqueue(t, s, bot.Message{Key: "card", Kind: bot.Post, Channel: "C", Text: "one"}) ||
		enqueue(t, s, bot.Message{Key: "card", Kind: bot.Post, Channel: "C", Text: "again"}) {
		t.Error("a key was not taken once")
	}
	enqueue(t, s, bot.Message{Key: "r1", Kind: bot.Post, Channel: "C", Parent: "card", Text: "reply"})
	enqueue(t, s, bot.Message{Kind: bot.Update, Channel: "C", Parent: "card", Text: "edit 1"})
	enqueue(t, s, bot.Message{Kind: bot.Update, Channel: "C", Parent: "card", Text: "edit 2"})
	h := heads(t, s)
	if len(h) != 1 || h[0].Text != "one" {
		t.Fatalf("before the card is sent: %+v", h)
	}
	save(t, s, h[0], bot.Sent, "17.1")
	h = heads(t, s)
	if len(h) != 2 || h[0].Text != "reply" || h[1].Text != "edit 2" || h[0].ParentTS != "17.1" || h[1].ParentTS != "17.1" {
		t.Fatalf("after it was sent: %+v", h)
	}
	if n, err := s.Depth(t.Context()); err != nil || n != 2 {
		t.Errorf("%d wait, %v", n, err)
	}
}

func TestOutbox_EditThatFailedGivesWayToANewerOne(t *testing.T) {
	s := temporary(t)
	enqueue(t, s, bot.Message{Key: "card", Kind: bot.Post, Channel: "C", Text: "one"})
	save(t, s, heads(t, s)[0], bot.Sent, "17.1")
	enqueue(t, s, bot.Message{Kind: bot.Update, Channel: "C", Parent: "card", Text: "old"})
	sending := heads(t, s)[0]
	save(t, s, sending, bot.Unsure, "")
	enqueue(t, s, bot.Message{Kind: bot.Update, Channel: "C", Parent: "card", Text: "new"})
	save(t, s, sending, bot.Pending, "")
	if h := heads(t, s); len(h) != 1 || h[0].Text != "new" {
		t.Errorf("%+v", h)
	}
}

func TestCards_AreKept(t *testing.T) {
	s := temporary(t)
	if _, found, err := s.Card(t.Context(), "r-aaaaaa"); err != nil || found {
		t.Errorf("found %v, %v", found, err)
	}
	for _, want := range []bot.RunCard{{Run: "r-aaaaaa", Channel: "C", Seq: 1, Told: 1}, {Run: "r-aaaaaa", Channel: "C", Seq: 7, Told: 6}} {
		if err := s.SaveCard(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if got, found, err := s.Card(t.Context(), "r-aaaaaa"); err != nil || !found || got != want {
			t.Errorf("%+v, %v, %v", got, found, err)
		}
	}
}

func TestPrune_ForgetsOnlyWhatIsDone(t *testing.T) {
	s := temporary(t)
	old, now := time.Now().Add(-time.Hour).UTC(), time.Now().Add(time.Hour)
	for _, id := range []string{"done", "undone"} {
		if _, err := s.Receive(t.Context(), bot.Delivery{ID: id, Received: old}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Finish(t.Context(), "done"); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"card", "lonely"} {
		enqueue(t, s, bot.Message{Key: key, Kind: bot.Post, Channel: key, Text: "x"})
	}
	for _, m := range heads(t, s) {
		save(t, s, m, bot.Sent, "17.1")
	}
	enqueue(t, s, bot.Message{Key: "reply", Kind: bot.Post, Channel: "card", Parent: "card", Text: "x"})
	if err := s.Prune(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if undone, err := s.Undone(t.Context()); err != nil || len(undone) != 1 || undone[0].ID != "undone" {
		t.Errorf("%+v, %v", undone, err)
	}
	if h := heads(t, s); len(h) != 1 || h[0].ParentTS != "17.1" {
		t.Errorf("the reply lost its thread: %+v", h)
	}
	if !enqueue(t, s, bot.Message{Key: "lonely", Kind: bot.Post, Channel: "C", Text: "x"}) {
		t.Error("what nothing hangs on was kept")
	}
}

func TestOpen_FailsWithWhatItTried(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "none", "ktops.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := store.Open(context.WithoutCancel(t.Context()), db); err == nil {
		t.Error("a database in a folder that is not there was opened")
	}
}
