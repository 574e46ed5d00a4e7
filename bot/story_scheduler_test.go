package bot_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler"
	"github.com/keeptrusts/ktops/scheduler/calendar"
)

// operator is the small domain as the scheduler sees it.
type operator struct{ *service }

func (o operator) MayControl(_ context.Context, environment string, by ops.Actor) error {
	if slices.Contains(o.policy.Approve.Users, by.ID) {
		return nil
	}
	return ops.Refuse(by.String()+" may not control runs in "+environment, "ask one of the approvers")
}

func (o operator) Begin(ctx context.Context, id string) (ops.Run, error) { return o.Run(ctx, id) }

func (o operator) Miss(ctx context.Context, id, _ string) (ops.Run, error) { return o.Run(ctx, id) }

func (o operator) Drill(context.Context, string, string, ops.Actor, func(ops.Progress)) (ops.Drill, error) {
	return ops.Drill{}, nil
}

// withScheduler gives a world the scheduler that production has, with a nightly window.
func (w *world) withScheduler() {
	w.t.Helper()
	nightly, err := calendar.Parse("30 2 * * *", "Europe/Berlin")
	if err != nil {
		w.t.Fatal(err)
	}
	log := logrus.New()
	log.SetOutput(io.Discard)
	s, err := scheduler.Open(w.t.Context(), w.db, scheduler.Options{Log: logrus.NewEntry(log), Plan: scheduler.Plan{Windows: []scheduler.Window{
		{Environment: "production", Name: "nightly", Schedule: nightly, Duration: time.Hour, Does: []ops.Chore{ops.ChoreBackup, ops.ChoreUpgrade}},
	}}})
	if err != nil {
		w.t.Fatal(err)
	}
	s.SetOperator(operator{w.svc})
	w.stop()
	w.opts.Windows = s
	w.start()
}

// confirms types a command, says yes to what is asked, and gives the answer.
func (w *world) confirms(user, text, button string) string {
	w.t.Helper()
	ask := w.answer(user, text)
	if buttons(ask) != button {
		w.t.Fatalf("%s was told %s", user, ask.Plain())
	}
	w.clicks(user, ask, button)
	w.settle(3 * time.Second)
	return w.told(user)
}

func TestScheduler_IsSteeredFromItsChannel(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.withScheduler()
		steps := []struct{ user, text, button, want string }{
			{"alice", "windows", "", "Sat 1 Jan 2000, 02:30–03:30 CET (01:30–02:30 UTC)"},
			{"alice", "windows next", "", "Wed 5 Jan 2000, 02:30–03:30 CET"},
			{"mallory", "windows skip nightly I want it", "Skip it", "may not control"},
			{"bob", "windows skip nightly the release is late", "Skip it", "skipped window *nightly*"},
			{"carol", "windows skip nightly me too", "", "is skipped already, by bob"},
			{"alice", "windows show NIGHTLY", "", "*skipped* by <@U0BOB>: the release is late"},
			{"mallory", "freeze 2000-03-26T02:30 for fun", "Freeze", "may not control"},
			{"bob", "freeze 2000-03-26T02:30 the auditors", "Freeze", "until Sun 26 Mar 2000 03:30 CEST (01:30 UTC): the auditors"},
			{"alice", "freezes", "", "the auditors"},
			{"mallory", "windows run-now nightly now please", "Open it now", "may not control"},
			{"bob", "windows run-now nightly the disk is in", "Open it now", "opened window *nightly*"},
			{"carol", "windows run-now nightly", "Open it now", "is open since"},
			{"alice", "windows show nightly", "", "*open now*"},
			{"alice", "windows history", "", "the disk is in"},
		}
		for _, s := range steps {
			var told string
			if s.button == "" {
				told = w.answer(s.user, s.text).Plain()
			} else {
				told = w.confirms(s.user, s.text, s.button)
			}
			if !strings.Contains(told, s.want) {
				t.Errorf("%s types %q and is told %q, want %q", s.user, s.text, told, s.want)
			}
			w.settle(time.Second)
		}
		known, err := w.opts.Windows.Freezes(t.Context(), "production")
		if err != nil || len(known) != 1 {
			t.Fatalf("%+v, %v", known, err)
		}
		if told := w.confirms("bob", "unfreeze "+known[0].ID+" they left", "Lift it"); !strings.Contains(told, "(the auditors): they left") {
			t.Errorf("bob was told %q", told)
		}
		if n := len(w.ws.Messages(prod)); n != 4 {
			t.Errorf("the channel was told %d things, want 4:\n%s", n, w.ws.Transcript(prod))
		}
	})
}
