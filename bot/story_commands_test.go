package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/ops"
)

func TestCommands_AnswerTheirPerson(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "What /keeptrusts can do"},
		{"help", "/keeptrusts upgrade 2.5.0"},
		{"plan v2.5.0", "Plan: production 2.4.3 → 2.5.0"},
		{"staging plan 2.5.0", "Plan: staging"},
		{"status", "Status of production"},
		{"history", "Nothing has run in production yet"},
		{"upgarde 2.5.0", "/keeptrusts upgrade"},
		{"upgrade", "which version?"},
		{"upgrade 2.5.0 in prodution", "/keeptrusts upgrade 2.5.0 --env production"},
		{"approve", "no run is open in production"},
		{"history r-zzzzzz", "there is no run"},
		{"backup list", "There is no backup of production yet"},
	}
	for _, test := range tests {
		t.Run("say "+test.text, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.types("alice", test.text)
				w.settle(3 * time.Second)
				if !strings.Contains(w.told("alice"), test.want) {
					t.Errorf("alice was told %q, want %q", w.told("alice"), test.want)
				}
			})
		})
	}
}

func TestCommand_LineMeansItsNewestRelease(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.stop()
		w.opts.Releases = func(context.Context, string) ([]ops.Version, error) {
			return []ops.Version{{Major: 2, Minor: 5}, {Major: 2, Minor: 5, Patch: 3}, {Major: 2, Minor: 5, Patch: 4, Pre: "rc1"}, {Major: 2, Minor: 6}}, nil
		}
		w.start()
		w.types("alice", "plan 2.5")
		w.settle(time.Second)
		if w.svc.called("plan production 2.5.3") != 1 {
			t.Errorf("the domain was asked %q", w.svc.calls)
		}
	})
}

func TestCommand_ImpatientTwinIsNotDoneTwice(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.svc.slow = 5 * time.Second
		w.types("alice", "upgrade 2.5.0")
		w.settle(time.Second)
		w.types("alice", "upgrade  2.5.0")
		w.settle(time.Second)
		if !strings.Contains(w.told("alice"), "already working on exactly this") {
			t.Errorf("alice was told %q", w.told("alice"))
		}
		w.settle(10 * time.Second)
		if n := w.svc.called("propose production 2.5.0"); n != 1 {
			t.Errorf("proposed %d times", n)
		}
	})
}

func TestReplay_OfACommandAndAClickDoesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		typed := w.types("alice", "upgrade 2.5.0")
		w.settle(5 * time.Second)
		clicked := w.clicks("bob", w.card(), "Approve")
		w.settle(5 * time.Second)
		before := len(w.ws.Ephemerals("alice", prod)) + len(w.ws.Messages(prod))
		for range 3 {
			if ack := w.ws.Replay(t.Context(), typed.Delivery); !ack.OK() {
				t.Errorf("a replayed command is not acknowledged: %s", ack.Failure)
			}
			w.ws.Replay(t.Context(), clicked.Delivery)
		}
		w.settle(10 * time.Second)
		if n := w.svc.called("propose production 2.5.0"); n != 1 {
			t.Errorf("proposed %d times", n)
		}
		if n := w.svc.called("approve r-aaaaaa by U0BOB"); n != 1 {
			t.Errorf("approved %d times", n)
		}
		if after := len(w.ws.Ephemerals("alice", prod)) + len(w.ws.Messages(prod)); after != before {
			t.Errorf("%d messages, %d before:\n%s", after, before, w.ws.Transcript(prod))
		}
	})
}

func TestCrash_AfterTheAcknowledgementLosesNoCommand(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.svc.slow = 10 * time.Second
		w.types("alice", "upgrade 2.5.0")
		w.settle(time.Second) // planning has begun, and then the process is gone
		w.stop()
		w.svc.slow = 0
		w.start()
		w.settle(10 * time.Second)
		if runs := w.runs(); len(runs) != 1 {
			t.Fatalf("%d runs after the restart", len(runs))
		}
		w.card()
	})
}

func TestCrash_AfterTheProposalDoesNotProposeAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.proposed()
		w.stop()
		// As if the crash had come just before the delivery was marked as done.
		if _, err := w.db.ExecContext(t.Context(), "UPDATE slack_inbox SET done_at = NULL"); err != nil {
			t.Fatal(err)
		}
		w.start()
		w.settle(10 * time.Second)
		if n := w.svc.called("propose production 2.5.0"); n != 1 {
			t.Errorf("proposed %d times; alice was told %q", n, w.told("alice"))
		}
		w.card()
	})
}

func TestBackup_TellsHowFarItIsAndHowItEnded(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.svc.slow = time.Second
		w.types("alice", "backup")
		w.settle(10 * time.Second)
		messages := w.ws.Messages(prod)
		if len(messages) != 1 || !messages[0].Contains("%") {
			t.Fatalf("half way:\n%s", w.ws.Transcript(prod))
		}
		w.settle(20 * time.Second)
		if m, _ := w.ws.Message(messages[0]); !m.Contains("Taken and read back") || m.MinimumEditGap() < 2*time.Second {
			t.Errorf("at the end, edits %v apart:\n%s", m.MinimumEditGap(), w.ws.Transcript(prod))
		}
	})
}

func TestVerify_IsPostedForAll(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.svc.verified = ops.Report{At: time.Now(), Checks: []ops.Finding{{Check: "API health", Level: ops.Pass, Fact: "200 in 3 ms"}}}
		w.types("alice", "verify")
		w.settle(3 * time.Second)
		if m := w.ws.Messages(prod); len(m) != 1 || !m[0].Contains("200 in 3 ms") {
			t.Errorf("the channel shows:\n%s", w.ws.Transcript(prod))
		}
	})
}

func TestCommand_InAnotherChannelPointsToTheCard(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		if _, err := w.ws.Type(t.Context(), "alice", "#platform-staging", "/keeptrusts production upgrade 2.5"); err != nil {
			t.Fatal(err)
		}
		w.settle(5 * time.Second)
		w.card()
		told := w.ws.Ephemerals("alice", staging)
		if len(told) == 0 || !told[len(told)-1].Contains("<#C0PROD>") {
			t.Errorf("alice was told %+v", told)
		}
	})
}

func TestAnswer_ReachesThePersonWhenTheResponseURLHasExpired(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		restore := w.ws.Fail(slackemu.Fault{Kind: slackemu.ServerError})
		w.svc.slow = 31 * time.Minute // longer than the response_url lives
		w.types("alice", "plan 2.5.0")
		w.settle(32 * time.Minute)
		restore()
		w.settle(2 * time.Minute)
		if !strings.Contains(w.told("alice"), "Plan: production") {
			t.Errorf("alice was told %q", w.told("alice"))
		}
	})
}

func TestCommand_IsRefusedWhereItsEnvironmentIsNotTaken(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.opts.Environments[0].Elsewhere = []string{"C0OPS"}
		w.bot.SetEnvironments(w.opts.Environments)
		if _, err := w.ws.Type(t.Context(), "alice", "#platform-staging", "/keeptrusts upgrade 2.5.0 in production"); err != nil {
			t.Fatal(err)
		}
		w.settle(3 * time.Second)
		told := w.ws.Ephemerals("alice", staging)
		if len(told) != 1 || !told[0].Contains("not taken in this channel") || len(w.runs()) != 0 {
			t.Errorf("%d runs, alice was told %+v", len(w.runs()), told)
		}
	})
}

func TestCrash_ThatLastedTooLongLeavesTheCommandUndoneAndSaysSo(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.svc.slow = time.Minute
		w.types("alice", "upgrade 2.5.0")
		w.settle(time.Second)
		w.stop()
		w.settle(2 * time.Hour)
		w.start()
		w.settle(time.Minute)
		if !strings.Contains(w.told("alice"), "it is too late now") || len(w.runs()) != 0 {
			t.Errorf("%d runs, alice was told %q", len(w.runs()), w.told("alice"))
		}
	})
}
