package bot_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/ops"
)

const snapshotLabel = "Database to 31 Dec 23:00 CET · loses 1,204 rows · 12 s closed"

// upgraded has an upgrade behind it that somebody may want to take back.
func (w *world) upgraded() string {
	w.t.Helper()
	w.svc.policy.RollbackApprovals = 2
	w.opts.Environments[0].Policy = w.svc.policy
	w.bot.SetEnvironments(w.opts.Environments)
	req := upgrade("Alice Romero")
	req.Target, req.Environment = ops.Version{Major: 2, Minor: 5}, "production"
	p := plan("production", req.Target)
	w.svc.mu.Lock()
	w.svc.order = append(w.svc.order, "r-aaaaaa")
	w.svc.mu.Unlock()
	began := time.Now().Add(-48 * time.Hour)
	for _, e := range []ops.Event{
		{Kind: ops.RunProposed, Actor: req.By, Request: &req, Plan: &p, At: began},
		{Kind: ops.RunStarted, At: began}, {Kind: ops.RunSucceeded, At: began.Add(time.Minute)},
	} {
		e.Run = "r-aaaaaa"
		w.happens(e)
	}
	return "r-aaaaaa"
}

// rollbacks are the runs that go back.
func (w *world) rollbacks() []ops.Run {
	var found []ops.Run
	for _, run := range w.runs() {
		if run.Request.Rollback != nil {
			found = append(found, run)
		}
	}
	return found
}

// returnCard is the card of a rollback in the channel.
func (w *world) returnCard() slackemu.Message {
	w.t.Helper()
	for _, m := range w.ws.Messages(prod) {
		if len(m.Blocks) > 0 && m.Blocks[0].Type == "header" && strings.HasPrefix(m.Blocks[0].Text.Text, "Roll back ") {
			return m
		}
	}
	w.t.Fatalf("no card of a rollback:\n%s", w.ws.Transcript(prod))
	return slackemu.Message{}
}

func TestRollback_TheAdviceTellsTheCostBeforeAnybodyApproves(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.upgraded()
		card := w.answer("alice", "rollback")
		for _, want := range []string{"not possible: 2.4.3 cannot start", "1,204 rows", "`events`: 1,200 inserted, 4 updated, 0 deleted", "9.4 MB of write-ahead log", "2 people", "the five checks", "Nothing was done yet"} {
			if !card.Contains(want) {
				t.Errorf("the advice does not say %q:\n%s", want, card.Plain())
			}
		}
		if got := buttons(card); got != snapshotLabel+", Cancel" {
			t.Errorf("the buttons are %s", got)
		}
		if len(w.rollbacks()) != 0 {
			t.Error("something was asked for before a click")
		}
	})
}

func TestRollback_TwoApproveAndTheCardTellsWhereItCameOut(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		of := w.upgraded()
		w.clicks("alice", w.answer("alice", "rollback "+of+" because 5 % errors"), snapshotLabel)
		w.settle(5 * time.Second)
		runs := w.rollbacks()
		if len(runs) != 1 || runs[0].Request.Rollback.Way != ops.BackBySnapshot || runs[0].Request.Rollback.Run != of || runs[0].Request.Reason != "5 % errors" {
			t.Fatalf("asked for %+v; alice was told %q", runs, w.told("alice"))
		}
		id := runs[0].ID
		for _, want := range []string{"0 of 2", "1,204 rows", "5 % errors"} {
			if !w.returnCard().Contains(want) {
				t.Errorf("the card does not say %q:\n%s", want, w.returnCard().Plain())
			}
		}
		w.svc.mu.Lock()
		w.svc.lost = 1300 // the world goes on while it waits for approval
		w.svc.mu.Unlock()
		w.settle(2 * time.Minute)
		w.clicks("bob", w.returnCard(), "Approve")
		w.settle(5 * time.Second)
		if c := w.returnCard(); !c.Contains("1 of 2") || !c.Contains("approved by <@U0BOB>") || !c.Contains("1,300 rows") {
			t.Errorf("after one of two the card says:\n%s", c.Plain())
		}
		w.clicks("carol", w.returnCard(), "Approve")
		w.settle(5 * time.Second)
		for _, e := range []ops.Event{
			{Kind: ops.RunStarted}, {Kind: ops.StepBegan, Step: "swap database"},
			{Kind: ops.StepEnded, Step: "swap database", Result: &ops.Result{Kept: "keeptrusts_until_b", Note: "kept until Sat 15 Jan 2000",
				Lost: &ops.Written{Since: time.Now(), Tables: []ops.TableWrites{{Table: "events", Writes: ops.Writes{Inserted: 1311}}}}}},
			{Kind: ops.RunSucceeded},
		} {
			e.Run = id
			w.happens(e)
		}
		for _, want := range []string{"Back on 2.4.3", "1,311 rows", "`keeptrusts_until_b`", "kept until Sat 15 Jan 2000"} {
			if !w.returnCard().Contains(want) {
				t.Errorf("the report does not say %q:\n%s", want, w.returnCard().Plain())
			}
		}
	})
}

func TestRollback_WhatBecameWorseIsShownOnceMore(t *testing.T) {
	tests := []struct {
		name, want string
		change     func(*service)
		asked      int
	}{
		{"twice as much is lost", "loses 2409 rows by now, 1204 when it was shown", func(s *service) { s.lost = 2409 }, 0},
		{"the way vanished", "not possible any more", func(s *service) { s.gone = true }, 0},
		{"a little more is lost", "It is asked for", func(s *service) { s.lost = 1250 }, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.upgraded()
				card := w.answer("alice", "rollback")
				w.svc.mu.Lock()
				test.change(w.svc)
				w.svc.mu.Unlock()
				w.clicks("alice", card, snapshotLabel)
				w.settle(5 * time.Second)
				if len(w.rollbacks()) != test.asked || !strings.Contains(w.told("alice"), test.want) {
					t.Errorf("%d runs; alice was told %q, want %q", len(w.rollbacks()), w.told("alice"), test.want)
				}
			})
		})
	}
}

func TestRollback_AFewRowsMoreOfHardlyAnyAreNothingNew(t *testing.T) {
	for lost, want := range map[int64]string{108: "It is asked for", 109: "loses 109 rows by now, 8 when it was shown"} {
		t.Run(want, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.upgraded()
				w.lose(8)
				card := w.answer("alice", "rollback")
				w.lose(lost)
				w.clicks("alice", card, strings.TrimSuffix(buttons(card), ", Cancel"))
				w.settle(5 * time.Second)
				if !strings.Contains(w.told("alice"), want) {
					t.Errorf("alice was told %q, want %q", w.told("alice"), want)
				}
			})
		})
	}
}

// lose is how many rows going back loses from now on.
func (w *world) lose(rows int64) {
	w.svc.mu.Lock()
	defer w.svc.mu.Unlock()
	w.svc.lost = rows
}

func TestRollback_ASecondClickFindsWhatIsThere(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.upgraded()
		card, other := w.answer("alice", "rollback"), w.answer("carol", "rollback")
		w.clicks("alice", card, snapshotLabel)
		w.settle(5 * time.Second)
		w.clicks("carol", other, snapshotLabel)
		w.settle(5 * time.Second)
		if len(w.rollbacks()) != 1 || !strings.Contains(w.told("carol"), "asked for already, as run") {
			t.Errorf("%d runs; carol was told %q", len(w.rollbacks()), w.told("carol"))
		}
	})
}

func TestRollback_NosAreForTheClickerAlone(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.upgraded()
		w.svc.policy.Request = ops.Who{Users: []string{"U0ALICE"}}
		before := len(w.ws.Messages(prod))
		if told := w.answer("mallory", "rollback r-zzzzzz"); !told.Contains("there is no run") {
			t.Errorf("of an unknown run mallory was told %q", told.Plain())
		}
		w.clicks("mallory", w.answer("mallory", "rollback"), snapshotLabel)
		w.settle(5 * time.Second)
		if !strings.Contains(w.told("mallory"), "may not ask for runs") || len(w.rollbacks()) != 0 {
			t.Errorf("mallory was told %q", w.told("mallory"))
		}
		if after := len(w.ws.Messages(prod)); after != before {
			t.Errorf("the channel was told of it:\n%s", w.ws.Transcript(prod))
		}
	})
}

func TestRollback_AForgedValueAsksForNothing(t *testing.T) {
	for name, forged := range map[string]cards.Ask{
		"a way that there is not":      {Does: cards.AskedReturn, Environment: "production", ID: "r-aaaaaa", Way: "teleport"},
		"a backup that was not shown":  {Does: cards.AskedReturn, Environment: "production", ID: "r-aaaaaa", Way: ops.BackByBackup, Backup: "/etc/passwd"},
		"a way that is not possible":   {Does: cards.AskedReturn, Environment: "production", ID: "r-aaaaaa", Way: ops.BackByImages},
		"a run that there is not":      {Does: cards.AskedReturn, Environment: "production", ID: "r-zzzzzz", Way: ops.BackBySnapshot},
		"a loss that was never so low": {Does: cards.AskedReturn, Environment: "production", ID: "r-aaaaaa", Way: ops.BackBySnapshot, Rows: 1},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.upgraded()
				card := w.answer("alice", "rollback")
				value, err := json.Marshal(forged)
				if err != nil {
					t.Fatal(err)
				}
				if forge(&card, snapshotLabel, string(value)) != 1 {
					t.Fatalf("no such button:\n%s", card.Plain())
				}
				w.clicks("alice", card, snapshotLabel)
				w.settle(5 * time.Second)
				if len(w.rollbacks()) != 0 || w.told("alice") == "" {
					t.Errorf("it was taken: %+v; alice was told %q", w.rollbacks(), w.told("alice"))
				}
			})
		})
	}
}

func TestRollback_CancelTakesTheQuestionAway(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.upgraded()
		w.clicks("alice", w.answer("alice", "rollback"), "Cancel")
		w.settle(5 * time.Second)
		told := w.answers("alice")
		if last := told[len(told)-1]; last.Text != "Nothing was done." || len(last.Buttons()) != 0 || len(w.rollbacks()) != 0 {
			t.Errorf("alice was told %q", last.Plain())
		}
	})
}

func TestRollback_AHeldUpgradeOffersTheWayBack(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		card := w.proposed()
		w.clicks("bob", card, "Approve")
		w.settle(5 * time.Second)
		id := w.runs()[0].ID
		w.happens(ops.Event{Run: id, Kind: ops.RunStarted})
		w.happens(ops.Event{Run: id, Kind: ops.RunHeld, Reason: "the release answers 5 % errors"})
		w.clicks("bob", w.card(), "Roll back…")
		w.settle(5 * time.Second)
		if w.svc.called("advise production "+id) != 1 || !strings.Contains(w.told("bob"), "1,204 rows") || !strings.Contains(w.told("bob"), "abort it first") {
			t.Errorf("bob was told %q", w.told("bob"))
		}
	})
}

// forge gives a button another value, as nobody but Slack could.
func forge(m *slackemu.Message, label, value string) int {
	n := 0
	for i := range m.Blocks {
		for j := range m.Blocks[i].Elements {
			if e := &m.Blocks[i].Elements[j]; e.Text != nil && e.Text.Text == label {
				e.Value = value
				n++
			}
		}
	}
	return n
}
