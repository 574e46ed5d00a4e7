package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func TestWindows_AnswersInTheZoneAndInUTC(t *testing.T) {
	tests := []struct{ text, want string }{
		{"windows", "*weekly*: backup, upgrade · 2 hours · `0 2 * * 0` Europe/Berlin"},
		{"windows list", "Sun 2 Jan 2000, 02:00–04:00 CET (01:00–03:00 UTC) · in about 25 hours"},
		{"windows next", "Sun 30 Jan 2000, 02:00–04:00 CET"},
		{"windows show weekly", "The clocks of Europe/Berlin change on Sun 16 Jan 2000 at 00:30 UTC, from UTC+1 to UTC+2"},
		{"windows show weakly", "windows show weekly"},
		{"windows history", "passed unused"},
		{"windows list staging", "ktops.yaml"},
		{"freezes", "is not frozen"},
		{"unfreeze f-nothere", "has no freeze f-nothere"},
		{"freeze 1999-12-24 too late", "would be over already"},
	}
	for _, test := range tests {
		t.Run("say "+test.text, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				k := w.withWindow()
				k.states[0].Change = &ops.ClockChange{At: time.Date(2000, 1, 16, 0, 30, 0, 0, time.UTC), Before: time.Hour, After: 2 * time.Hour}
				k.past = []ops.Occurrence{{Opening: k.states[0].Next[0].Opening, State: ops.Unused, Reason: "nothing was approved"}}
				if told := w.answer("alice", test.text); !told.Contains(test.want) {
					t.Errorf("alice was told %q, want %q", told.Plain(), test.want)
				}
			})
		})
	}
}

func TestWindows_WithoutAnySayHowToAddOne(t *testing.T) {
	for _, text := range []string{"windows", "windows next", "windows skip weekly the fair", "windows history", "freeze 3d why", "unfreeze f-abc234"} {
		t.Run("say "+text, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				if told := w.answer("alice", text); !told.Contains("ktops.yaml") {
					t.Errorf("alice was told %q", told.Plain())
				}
			})
		})
	}
}

func TestConfirm_NothingIsDoneBeforeTheButtonAndThenOnceForAllToSee(t *testing.T) {
	tests := []struct{ text, button, call, said string }{
		{"windows skip weekly the release is late", "Skip it", "skip production weekly U0BOB the release is late", "skipped window *weekly*"},
		{"windows run-now weekly", "Open it now", "run-now production weekly U0BOB ", "opened window *weekly*"},
		{"freeze 2000-12-24 Christmas <&>", "Freeze", "freeze production until 2000-12-24T23:00:00Z Christmas <&>", "froze *production* until Mon 25 Dec 2000 00:00 CET (Sun 24 Dec 23:00 UTC)"},
		{"freeze 3d the auditors are here", "Freeze", "freeze production until 2000-01-04T00:00:00Z the auditors are here", "the auditors are here"},
		{"unfreeze f-old234", "Lift it", "unfreeze production f-old234 by U0BOB", "lifted freeze `f-old234`"},
	}
	for _, test := range tests {
		t.Run("say "+test.text, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				k := w.withWindow()
				k.freezes = []ops.Freeze{{ID: "f-old234", Environment: "production", Until: time.Now().Add(time.Hour), Reason: "the move"}}
				ask := w.answer("bob", test.text)
				if len(k.calls) != 0 || buttons(ask) != test.button {
					t.Fatalf("before the confirmation %q was done; bob sees %s", k.calls, ask.Plain())
				}
				if ack := w.clicks("bob", ask, test.button); ack.Confirm == nil {
					t.Error("the button has no dialog")
				}
				w.settle(3 * time.Second)
				if got := strings.Join(k.calls, "; "); got != test.call {
					t.Errorf("done: %q, want %q; bob was told %q", got, test.call, w.told("bob"))
				}
				if m := w.ws.Messages(prod); len(m) != 1 || !m[0].Contains(test.said) {
					t.Errorf("the channel shows:\n%s", w.ws.Transcript(prod))
				}
				if told := w.answers("bob"); len(told) != 1 || len(told[0].Buttons()) != 0 || !told[0].Contains(test.said) {
					t.Errorf("the question still stands: bob sees %d messages, the first %s", len(told), told[0].Plain())
				}
			})
		})
	}
}

func TestSkip_OffersNothingThatWouldBeRefusedAnyway(t *testing.T) {
	tests := []struct {
		name, want string
		next       func(*ops.Occurrence)
	}{
		{"skipped already", "is skipped already, by Bob: the fair", func(o *ops.Occurrence) {
			o.State, o.By, o.Reason = ops.Skipped, ops.Actor{ID: "U0BOB", Name: "Bob"}, "the fair"
		}},
		{"a run waits for it", "abort r-aaaaaa", func(o *ops.Occurrence) { o.Run = "r-aaaaaa" }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				test.next(&w.withWindow().states[0].Next[0])
				if told := w.answer("bob", "windows skip weekly late"); !told.Contains(test.want) || len(told.Buttons()) != 0 {
					t.Errorf("bob was told %s", told.Plain())
				}
			})
		})
	}
}

func TestSkip_LeavesAWindowAloneThatIsOpen(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.withWindow().states[0].Next[0].State = ops.OpenNow
		if told := w.answer("bob", "windows skip weekly late"); !told.Contains("does not open on Sun 9 Jan 2000") {
			t.Errorf("bob was told %s", told.Plain())
		}
	})
}

func TestConfirm_ARefusalTakesThePlaceOfTheQuestion(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		k := w.withWindow()
		k.refuse = ops.Refuse("Mallory Finch may not control runs in production")
		w.clicks("mallory", w.answer("mallory", "windows skip weekly the fair"), "Skip it")
		w.settle(3 * time.Second)
		if !strings.Contains(w.told("mallory"), "may not control") || len(w.ws.Messages(prod)) != 0 {
			t.Errorf("mallory was told %q; the channel shows:\n%s", w.told("mallory"), w.ws.Transcript(prod))
		}
	})
}

func TestConfirm_SkipsOnlyTheOpeningThatWasShown(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		k := w.withWindow()
		ask := w.answer("bob", "windows skip weekly the release is late")
		k.states[0].Next = k.states[0].Next[1:] // it has opened meanwhile
		w.clicks("bob", ask, "Skip it")
		w.settle(3 * time.Second)
		if len(k.calls) != 0 || !strings.Contains(w.told("bob"), "no longer the next") {
			t.Errorf("done: %q; bob was told %q", k.calls, w.told("bob"))
		}
	})
}

func TestConfirm_WithoutAnyoneWhoKeepsWindowsSaysHowToAddOne(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.withWindow()
		ask := w.answer("bob", "freeze 3d the fair")
		w.stop()
		w.opts.Windows = nil
		w.start()
		w.clicks("bob", ask, "Freeze")
		w.settle(3 * time.Second)
		if !strings.Contains(w.told("bob"), "ktops.yaml") {
			t.Errorf("bob was told %q", w.told("bob"))
		}
	})
}

func TestAnnounce_IsSaidOnceForEachKeyAlsoAcrossARestart(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		say := func(key, text string) {
			if err := w.bot.Announce(t.Context(), key, prod, text); err != nil {
				t.Fatal(err)
			}
		}
		say("upcoming/r-abc234/1h", "Upgrade at 02:00 <!channel>\nhttps://status.example.com/?a=1&b=2")
		say("upcoming/r-abc234/1h", "Upgrade at 02:00, said again")
		w.stop()
		w.start()
		say("upcoming/r-abc234/1h", "Upgrade at 02:00, said again")
		say("upcoming/r-abc234/10m", "Upgrade at 02:00, soon")
		w.settle(10 * time.Second)
		m := w.ws.Messages(prod)
		if len(m) != 2 || !m[1].Contains("soon") || !m[0].Contains("&lt;!channel&gt;") || !m[0].Contains("<https://status.example.com/?a=1&amp;b=2>") {
			t.Errorf("the channel shows:\n%s", w.ws.Transcript(prod))
		}
	})
}
