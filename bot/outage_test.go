package bot_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/bot"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/ops"
)

// TestOutage runs a whole upgrade while Slack is away, in every way that it can
// be, and looks whether everything is there afterwards, once and in order.
func TestOutage_LosesNothingAndSaysNothingTwice(t *testing.T) {
	tests := []struct {
		name  string
		fault slackemu.Fault
		then  time.Duration // how long Slack may take to have everything
	}{
		{"429 for a minute", slackemu.Fault{Kind: slackemu.RateLimited, For: time.Minute, RetryAfter: 20 * time.Second}, 3 * time.Minute},
		{"500 for a minute", slackemu.Fault{Kind: slackemu.ServerError, For: time.Minute}, 3 * time.Minute},
		{"500 for an hour", slackemu.Fault{Kind: slackemu.ServerError, For: time.Hour}, 64 * time.Minute},
		{"no answer for a minute", slackemu.Fault{Kind: slackemu.Hang, For: time.Minute}, 5 * time.Minute},
		{"no answer for an hour", slackemu.Fault{Kind: slackemu.Hang, For: time.Hour}, 66 * time.Minute},
		{"cut off for an hour", slackemu.Fault{Kind: slackemu.DropBefore, For: time.Hour}, 64 * time.Minute},
		{"done, then 500, for a minute", slackemu.Fault{Kind: slackemu.ErrorAfter, For: time.Minute}, 5 * time.Minute},
		{"posts done, then cut off, for an hour", slackemu.Fault{Kind: slackemu.DropAfter, Method: "chat.postMessage", For: time.Hour}, 66 * time.Minute},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.ws.Fail(test.fault)
				run, err := w.svc.Propose(t.Context(), upgrade("alice"))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.svc.Approve(t.Context(), run.ID, ops.Approval{By: ops.Actor{ID: "U0BOB"}}); err != nil {
					t.Fatal(err)
				}
				w.drive(run)
				w.settle(test.then)
				w.complete(8)
			})
		})
	}
}

// complete checks that the channel has one card in its last state, and the thread
// every message once and in order.
func (w *world) complete(replies int) {
	w.t.Helper()
	card := w.card()
	if !card.Contains("Succeeded") {
		w.t.Errorf("the card says:\n%s", card.Plain())
	}
	thread := w.ws.Replies(card)
	seen := map[string]bool{}
	for i, m := range thread {
		if seen[m.Text] || (i > 0 && m.TS < thread[i-1].TS) {
			w.t.Errorf("reply %d is there twice or out of order: %s", i, m.Text)
		}
		seen[m.Text] = true
	}
	if len(thread) != replies {
		w.t.Errorf("%d replies, want %d:\n%s", len(thread), replies, w.ws.Transcript(prod))
	}
	if n, err := w.store.Depth(w.t.Context()); err != nil || n != 0 {
		w.t.Errorf("%d messages wait still, %v", n, err)
	}
}

func upgrade(by string) ops.Request {
	return ops.Request{Environment: "production", Target: ops.Version{Major: 2, Minor: 5}, Strategy: ops.Auto, By: ops.Actor{ID: "U0ALICE", Name: by}}
}

func TestCrash_BetweenSendingAndRecordingPostsNothingTwice(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.proposed()
		w.stop()
		// What the disk would hold: sent, but the answer not yet written.
		if _, err := w.db.ExecContext(t.Context(), "UPDATE slack_outbox SET state = 'unsure', ts = NULL, done_at = NULL WHERE kind = 'post'"); err != nil {
			t.Fatal(err)
		}
		w.start()
		w.settle(10 * time.Second)
		if replies := w.ws.Replies(w.card()); len(replies) != 1 {
			t.Errorf("%d replies, want 1:\n%s", len(replies), w.ws.Transcript(prod))
		}
	})
}

func TestCrash_AtAnyMomentLeavesOneCard(t *testing.T) {
	for i := range 12 {
		t.Run(fmt.Sprint("after ", i, " tenths of a second"), func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.svc.slow = 200 * time.Millisecond
				defer w.ws.Fail(slackemu.Fault{Kind: slackemu.DropAfter, Method: "chat.postMessage", Calls: 2})()
				w.types("alice", "upgrade 2.5.0")
				w.settle(time.Duration(i) * 100 * time.Millisecond)
				w.stop()
				w.start()
				w.settle(time.Minute)
				if len(w.runs()) != 1 {
					t.Errorf("%d runs", len(w.runs()))
				}
				if replies := w.ws.Replies(w.card()); len(replies) != 1 {
					t.Errorf("%d replies, want 1:\n%s", len(replies), w.ws.Transcript(prod))
				}
			})
		})
	}
}

func TestRestart_BringsCardsToWhatTheJournalSays(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		card := w.proposed()
		w.stop()
		id := w.runs()[0].ID
		if _, err := w.svc.event(ops.Event{Run: id, Kind: ops.RunRejected, Actor: ops.Actor{ID: "unix:carol", Name: "carol"}, Reason: "by command line"}); err != nil {
			t.Fatal(err)
		}
		w.start()
		w.settle(10 * time.Second)
		if now, _ := w.ws.Message(card); !now.Contains("by command line") {
			t.Errorf("the card says:\n%s", now.Plain())
		}
		edits := w.card().Edits()
		w.stop()
		w.start()
		w.settle(time.Minute)
		if again := w.card().Edits(); again != edits {
			t.Errorf("a restart with nothing new edited the card %d times", again-edits)
		}
	})
}

func TestOutbox_RefusedBlocksAreSaidAsText(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.stop()
		_, err := w.store.Enqueue(t.Context(), bot.Message{Key: "odd", Kind: bot.Post, Channel: prod, Text: "what matters",
			Blocks: tooManyBlocks(), State: bot.Pending, Created: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		w.start()
		w.settle(10 * time.Second)
		if m := w.ws.Messages(prod); len(m) != 1 || m[0].Text != "what matters" {
			t.Errorf("the channel shows:\n%s", w.ws.Transcript(prod))
		}
	})
}

func TestOutbox_ChannelThatIsGoneKeepsNobodyElseWaiting(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		for i, channel := range []string{"C0GONE", prod} {
			if _, err := w.store.Enqueue(t.Context(), bot.Message{Key: fmt.Sprint("m", i), Kind: bot.Post, Channel: channel, Text: "hello",
				State: bot.Pending, Created: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		w.settle(time.Minute)
		if m := w.ws.Messages(prod); len(m) != 1 {
			t.Errorf("the channel shows:\n%s", w.ws.Transcript(prod))
		}
		if n, _ := w.store.Depth(t.Context()); n != 0 {
			t.Errorf("%d messages wait still", n)
		}
	})
}
