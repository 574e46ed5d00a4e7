package notify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
)

func TestWatcher_HowARunEndsBadly(t *testing.T) {
	closing := []string{"pull images", "close edge"}
	tests := map[string]struct {
		steps []string
		end   []ops.Event
		want  []string
	}{
		"put back": {closing, []ops.Event{
			{Kind: ops.RunUndoing, Reason: "step “start api” failed"},
			{Kind: ops.StepReverted, Step: "close edge"},
			{Kind: ops.RunRolledBack},
		}, everybody(-2*minutes, notify.RolledBack)},
		"not put back": {closing, []ops.Event{
			{Kind: ops.RunUndoing, Reason: "step “start api” failed"},
			{Kind: ops.RunFailed, Reason: "putting back failed too"},
		}, to(-2*minutes, notify.Failed, notify.Operators, notify.Leaders)},
		"failed before it changed anything": {closing[:1], []ops.Event{
			{Kind: ops.RunFailed, Reason: "an image is missing; nothing was changed"},
		}, slices.Concat(to(-1*minutes, notify.Failed, notify.Operators, notify.Leaders), everybody(-1*minutes, notify.Cancelled))},
		"not begun, for it does not fit": {closing[:1], []ops.Event{
			{Kind: ops.RunMissed, Reason: "“close edge” does not begin"},
		}, slices.Concat(to(-1*minutes, notify.Missed, notify.Operators, notify.Leaders), everybody(-1*minutes, notify.Cancelled))},
		"put back before it closed anything": {closing[:1], []ops.Event{
			{Kind: ops.RunUndoing, Reason: "aborted"}, {Kind: ops.RunRolledBack},
		}, slices.Concat(to(-1*minutes, notify.RolledBack, notify.Operators, notify.Leaders), everybody(-1*minutes, notify.Cancelled))},
		"held": {closing, []ops.Event{
			{Kind: ops.RunHeld, Reason: "2 migrations applied"},
		}, to(-2*minutes, notify.Held, notify.Operators)},
		"held, and opened by the dead-man rule": {closing, []ops.Event{
			{Kind: ops.RunHeld, Reason: "2 migrations applied"},
			{Kind: ops.Alarm, Reason: "the edge is closed"},
			{Kind: ops.EdgeOpened, Reason: "opened: the platform is healthy"},
		}, slices.Concat(to(-2*minutes, notify.Held, notify.Operators), to(-2*minutes, notify.Alarm, notify.Operators, notify.Leaders),
			everybody(-2*minutes, notify.Reopened))},
		"stopped by a person where it was": {closing, []ops.Event{
			{Kind: ops.RunAborted, Reason: "aborted by Bob; 2 migrations applied"},
		}, to(-2*minutes, notify.Failed, notify.Operators, notify.Leaders)},
		"late": {closing, []ops.Event{
			{Kind: ops.RunOverran, Reason: "the window closes", Until: time.Date(2000, 1, 1, 5, 30, 0, 0, time.UTC)},
			{Kind: ops.RunOverran, Reason: "the window closes", Until: time.Date(2000, 1, 1, 5, 45, 0, 0, time.UTC)},
		}, slices.Concat(to(-2*minutes, notify.Overrun, notify.Users, notify.Operators), to(-2*minutes, notify.Overrun, notify.Users, notify.Operators))},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inNewsroom(t, func(_ *testing.T, n *newsroom) {
				n.leads = []time.Duration{10 * minutes}
				n.watch.SetPlaces(n.places())
				n.schedule("r-a")
				n.until(0)
				n.begin("r-a")
				n.do("r-a", test.steps...)
				if len(test.steps) > 1 {
					test.want = append(test.want, to(-2*minutes, notify.Opened, notify.Users, notify.Operators)...)
				}
				for _, e := range test.end {
					n.add("r-a", e)
				}
				n.told(append(test.want, everybody(10*minutes, notify.Upcoming)...)...)
			})
		})
	}
}

func TestWatcher_SaysHowItEndedBadly(t *testing.T) {
	inNewsroom(t, func(_ *testing.T, n *newsroom) {
		n.schedule("r-a")
		n.until(0)
		n.begin("r-a")
		n.add("r-a", ops.Event{Kind: ops.RunFailed, Reason: "an image is missing"})
		n.pass(time.Second)
		n.says("failed leaders", "failed before anything was changed", "an image is missing")
		n.schedule("r-b")
		n.begin("r-b")
		n.do("r-b", "close edge", "drain")
		n.add("r-b", ops.Event{Kind: ops.RunOverran, Until: n.opens.Add(150 * minutes), Reason: "“start api” takes long"})
		n.add("r-b", ops.Event{Kind: ops.RunUndoing, Reason: "step “start api” failed"})
		n.add("r-b", ops.Event{Kind: ops.StepReverted, Step: "close edge"})
		n.add("r-b", ops.Event{Kind: ops.RunRolledBack})
		n.pass(time.Second)
		n.says("overrun users", "Planned end: Saturday 1 January 2000, 06:00 CET", "Now expected: Saturday 1 January 2000, 06:30 CET")
		n.says("rolled-back users", "2.5.0 runs", "Closed for: 1 minute", "Answers cut: 2")
		n.says("rolled-back operators", "step “start api” failed")
		if strings.Contains(n.texts["rolled-back users"], "start api") {
			t.Errorf("users are told of steps:\n%s", n.texts["rolled-back users"])
		}
	})
}

// What the dead-man rule opened is open, and nothing is done.
func TestWatcher_AnEdgeThatKtopsOpenedByItselfIsNoSuccess(t *testing.T) {
	inNewsroom(t, func(_ *testing.T, n *newsroom) {
		n.until(0)
		n.schedule("r-a")
		n.begin("r-a")
		n.do("r-a", "close edge")
		n.pass(4 * minutes)
		n.add("r-a", ops.Event{Kind: ops.EdgeOpened, Reason: "opened: the platform is healthy"})
		n.pass(time.Second)
		n.says("reopened users", "production is open again.", "Closed for: 4 minutes")
		n.says("reopened operators", "opened: the platform is healthy", "Run r-a.")
	})
}
