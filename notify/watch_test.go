package notify_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
)

const minutes = time.Minute // reads better in "10*minutes"

func TestWatcher_TellsAWindowFromItsApprovalToItsReport(t *testing.T) {
	inNewsroom(t, func(_ *testing.T, n *newsroom) {
		n.schedule("r-a")
		n.until(90 * minutes)
		n.told(everybody(2*time.Hour, notify.Upcoming)...)
		n.says("upcoming users", "in 2 hours", "upgrade to 3.0.0", "Saturday 1 January 2000, 04:00 CET (03:00 UTC)", "closed for: 6 minutes")
		n.until(0)
		n.told(slices.Concat(everybody(time.Hour, notify.Upcoming), everybody(10*minutes, notify.Upcoming))...)
		n.begin("r-a")
		n.do("r-a", "pull images", "close edge")
		n.told(to(-2*minutes, notify.Opened, notify.Users, notify.Operators)...)
		n.says("opened users", "closed since 04:02 CET", "Expected back: Saturday 1 January 2000, 04:08 CET")
		n.do("r-a", "drain", "stop api", "start api", "verify", "open edge")
		n.told(everybody(-7*minutes, notify.Reopened)...)
		n.says("reopened operators", "Closed for: 5 minutes", "Answers cut: 2", "0 of 1200", "Checks: warn", "exports: 3 wait", "2.5.0 to 3.0.0")
		n.do("r-a", "prune old backups")
		n.add("r-a", ops.Event{Kind: ops.RunSucceeded})
		n.pass(2 * time.Hour)
		n.told()
	})
}

func TestWatcher_OfTheLeadsThatPassedOnlyTheNearestIsTold(t *testing.T) {
	tests := map[string]struct {
		left time.Duration
		want []string
	}{
		"between two leads":         {40 * minutes, slices.Concat(everybody(40*minutes, notify.Upcoming), everybody(10*minutes, notify.Upcoming))},
		"at a lead":                 {time.Hour, slices.Concat(everybody(time.Hour, notify.Upcoming), everybody(10*minutes, notify.Upcoming))},
		"just before the next lead": {12 * minutes, everybody(10*minutes, notify.Upcoming)},
		"after the last lead":       {4 * minutes, everybody(4*minutes, notify.Upcoming)},
		"while the window is open":  {-4 * minutes, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inNewsroom(t, func(_ *testing.T, n *newsroom) {
				n.until(test.left)
				n.schedule("r-a")
				n.until(-5 * minutes)
				n.told(test.want...)
			})
		})
	}
	inNewsroom(t, func(_ *testing.T, n *newsroom) {
		n.until(40 * minutes)
		n.schedule("r-a")
		n.told(everybody(40*minutes, notify.Upcoming)...)
		n.says("upcoming users", "in 40 minutes")
	})
}

// A notice of something to come is not sent when it would be wrong by then.
func TestWatcher_AnAnnouncementIsAQuarterOfItsLeadLateAtMost(t *testing.T) {
	inNewsroom(t, func(_ *testing.T, n *newsroom) {
		n.schedule("r-a")
		n.stop()
		n.until(2*time.Hour - 14*minutes)
		n.start()
		n.told(everybody(2*time.Hour-14*minutes, notify.Upcoming)...)
		n.stop()
		n.until(44 * minutes)
		n.start()
		n.until(11 * minutes)
		n.told()
		n.reach(false)
		n.until(7*minutes + 29*time.Second)
		n.reach(true)
		n.until(0)
		n.told()
	})
}

func TestWatcher_ARunThatIsWithdrawnIsCancelledForWhoWasInvited(t *testing.T) {
	inNewsroom(t, func(_ *testing.T, n *newsroom) {
		n.schedule("r-a")
		n.until(90 * minutes)
		n.told(everybody(2*time.Hour, notify.Upcoming)...)
		n.add("r-a", ops.Event{Kind: ops.RunAborted, Reason: "the release is not tested"})
		n.told(everybody(90*minutes, notify.Cancelled)...)
		n.says("cancelled operators", "the release is not tested")
		n.until(-time.Hour)
		n.told()
	})
	inNewsroom(t, func(_ *testing.T, n *newsroom) {
		n.schedule("r-a")
		n.until(121 * minutes)
		n.add("r-a", ops.Event{Kind: ops.RunAborted, Reason: "nobody knew yet"})
		n.until(-time.Hour)
		n.told()
	})
}

func TestWatcher_AWindowThatIsBroughtForwardIsNotAnnouncedAnyMore(t *testing.T) {
	inNewsroom(t, func(_ *testing.T, n *newsroom) {
		n.schedule("r-a")
		n.until(90 * minutes)
		n.told(everybody(2*time.Hour, notify.Upcoming)...)
		n.begin("r-a")
		n.until(0)
		n.told()
	})
}

// A plan that drifted is asked for again: that is no cancellation, until nobody answers.
func TestWatcher_APlanThatDriftedIsAskedForAgain(t *testing.T) {
	drifted := func(n *newsroom) {
		n.schedule("r-a")
		n.until(0)
		n.told(slices.Concat(everybody(2*time.Hour, notify.Upcoming), everybody(time.Hour, notify.Upcoming), everybody(10*minutes, notify.Upcoming))...)
		n.add("r-a", ops.Event{Kind: ops.RunVoid, Reason: "another image of api"})
	}
	again := func(n *newsroom) {
		n.pass(time.Second)
		n.propose("r-b", "r-a", windowSteps()...)
		n.told(to(-time.Second, notify.AsksAgain, notify.Operators)...)
		n.says("asks-again operators", "r-b", "another image of api", "06:00 CET")
	}
	t.Run("and approved", func(t *testing.T) {
		inNewsroom(t, func(_ *testing.T, n *newsroom) {
			drifted(n)
			again(n)
			n.pass(2 * minutes)
			n.add("r-b", ops.Event{Kind: ops.RunApproved})
			n.begin("r-b")
			n.told()
			n.do("r-b", "close edge")
			n.pass(time.Second)
			n.told(to(-3*minutes-time.Second, notify.Opened, notify.Users, notify.Operators)...)
		})
	})
	t.Run("while nobody watched", func(t *testing.T) {
		inNewsroom(t, func(_ *testing.T, n *newsroom) {
			drifted(n)
			n.pass(time.Second)
			n.propose("r-b", "r-a", windowSteps()...)
			n.pass(time.Hour)
			n.told(to(-time.Second, notify.AsksAgain, notify.Operators)...)
			n.stop()
			n.add("r-b", ops.Event{Kind: ops.RunVoid, Reason: "yet another image of api"})
			n.propose("r-c", "r-b", windowSteps()...)
			n.start()
			n.pass(10 * minutes)
			n.told(to(-time.Hour-time.Second, notify.AsksAgain, notify.Operators)...)
			n.add("r-c", ops.Event{Kind: ops.RunRejected, Reason: "not tonight"})
			n.told(everybody(-time.Hour-10*minutes-time.Second, notify.Cancelled)...)
		})
	})
	t.Run("and nobody approves", func(t *testing.T) {
		inNewsroom(t, func(_ *testing.T, n *newsroom) {
			drifted(n)
			again(n)
			n.pass(time.Hour - time.Second)
			n.add("r-b", ops.Event{Kind: ops.RunMissed, Reason: "nobody approved it"})
			n.told(slices.Concat(to(-time.Hour, notify.Missed, notify.Operators, notify.Leaders), everybody(-time.Hour, notify.Cancelled))...)
			if len(n.dates) != 1 {
				t.Errorf("calendars do not know that this was the same appointment: %v", n.dates)
			}
		})
	})
	t.Run("and refused", func(t *testing.T) {
		inNewsroom(t, func(_ *testing.T, n *newsroom) {
			drifted(n)
			n.pass(59 * time.Second)
			n.told()
			n.pass(2 * time.Second)
			n.told(everybody(-1*minutes, notify.Cancelled)...)
		})
	})
}

func TestWatcher_MaintenanceEndsWithAWarning(t *testing.T) {
	begin := func(n *newsroom, lasts time.Duration) {
		plan := ops.Plan{Environment: "production", Strategy: ops.Closing, Steps: []ops.Step{
			{Name: "close edge", Kind: ops.CloseEdge}, {Name: "stay closed", Kind: ops.StayClosed, Estimate: lasts}, {Name: "open edge", Kind: ops.OpenEdge},
		}}
		n.add("r-m", ops.Event{Kind: ops.RunProposed, Plan: &plan, Request: &ops.Request{
			Environment: "production", Reason: "new disks", Maintenance: &ops.Maintenance{For: lasts}}})
		n.add("r-m", ops.Event{Kind: ops.RunApproved})
		n.add("r-m", ops.Event{Kind: ops.RunStarted})
		n.add("r-m", ops.Event{Kind: ops.StepEnded, Step: "close edge"})
	}
	t.Run("to its end", func(t *testing.T) {
		inNewsroom(t, func(_ *testing.T, n *newsroom) {
			n.until(0)
			begin(n, 30*minutes)
			n.told(to(0, notify.Opened, notify.Users, notify.Operators)...)
			n.says("opened users", "new disks", "Expected back: Saturday 1 January 2000, 04:30 CET")
			n.until(-30 * minutes)
			n.told(to(-25*minutes, notify.MaintenanceEnding, notify.Operators)...)
			n.says("maintenance-ending operators", "opens by itself at 04:30 CET")
			n.add("r-m", ops.Event{Kind: ops.StepEnded, Step: "open edge"})
			n.told(everybody(-30*minutes, notify.Reopened)...)
			n.says("reopened users", "Closed for: 30 minutes")
		})
	})
	t.Run("ended early", func(t *testing.T) {
		inNewsroom(t, func(_ *testing.T, n *newsroom) {
			n.until(0)
			begin(n, 30*minutes)
			n.pass(20 * minutes)
			n.add("r-m", ops.Event{Kind: ops.StepEnded, Step: "open edge"})
			n.pass(time.Hour)
			n.told(slices.Concat(to(0, notify.Opened, notify.Users, notify.Operators), everybody(-20*minutes, notify.Reopened))...)
		})
	})
	t.Run("aborted", func(t *testing.T) {
		inNewsroom(t, func(_ *testing.T, n *newsroom) {
			n.until(0)
			begin(n, 30*minutes)
			n.pass(20 * minutes)
			n.add("r-m", ops.Event{Kind: ops.RunUndoing, Reason: "aborted by Bob"})
			n.add("r-m", ops.Event{Kind: ops.StepReverted, Step: "close edge"})
			n.add("r-m", ops.Event{Kind: ops.RunRolledBack})
			n.pass(time.Hour)
			n.told(slices.Concat(to(0, notify.Opened, notify.Users, notify.Operators), everybody(-20*minutes, notify.RolledBack))...)
		})
	})
	t.Run("too short for one", func(t *testing.T) {
		inNewsroom(t, func(_ *testing.T, n *newsroom) {
			n.until(0)
			begin(n, 5*minutes)
			n.pass(time.Hour)
			n.told(to(0, notify.Opened, notify.Users, notify.Operators)...)
		})
	})
}

// Users are not bothered with what they do not notice.
func TestWatcher_ARollingRunInAWindowIsNothingToUsers(t *testing.T) {
	inNewsroom(t, func(_ *testing.T, n *newsroom) {
		n.propose("r-a", "", ops.Step{Name: "roll api 1/1", Kind: ops.Roll, Estimate: time.Minute})
		n.add("r-a", ops.Event{Kind: ops.RunApproved})
		n.until(90 * minutes)
		n.told(to(2*time.Hour, notify.Upcoming, notify.Operators, notify.Leaders)...)
		n.says("upcoming leaders", "is worked on without being closed")
		n.until(0)
		n.begin("r-a")
		n.do("r-a", "roll api 1/1")
		n.add("r-a", ops.Event{Kind: ops.RunSucceeded})
		n.told(slices.Concat(to(time.Hour, notify.Upcoming, notify.Operators, notify.Leaders), to(10*minutes, notify.Upcoming, notify.Operators, notify.Leaders))...)
	})
}

func TestWatcher_NewLeadsCountForRunsThatWait(t *testing.T) {
	inNewsroom(t, func(_ *testing.T, n *newsroom) {
		n.schedule("r-a")
		n.until(90 * minutes)
		n.told(everybody(2*time.Hour, notify.Upcoming)...)
		n.leads = append(n.leads, 80*minutes, 170*minutes)
		n.watch.SetPlaces(n.places())
		n.until(70 * minutes)
		n.told(everybody(80*minutes, notify.Upcoming)...)
	})
}

func TestWatcher_TriesAgainWhatItCouldNotRead(t *testing.T) {
	inNewsroom(t, func(_ *testing.T, n *newsroom) {
		n.until(30 * minutes)
		n.propose("r-a", "", windowSteps()...)
		n.pass(0)
		n.broken = errors.New("the disk is away")
		n.add("r-a", ops.Event{Kind: ops.RunApproved})
		n.pass(10 * time.Second)
		n.told(everybody(30*minutes-5*time.Second, notify.Upcoming)...)
		if !strings.Contains(n.log.String(), "the disk is away") {
			t.Error("the trouble was not logged")
		}
	})
}

func TestAnnouncer_TellsOfAnOccurrenceOnce(t *testing.T) {
	inNewsroom(t, func(t *testing.T, n *newsroom) {
		n.until(-time.Hour)
		a := notify.Announcer{Outbox: n.outbox}
		failed := ops.Occurrence{Opening: *n.opening(), Environment: "production", State: ops.BrokeDown, Reason: "drill: 3 rows are missing",
			Chores: []ops.ChoreResult{{Chore: ops.ChoreBackup, Level: ops.Pass}, {Chore: ops.ChoreDrill, Level: ops.Fail, Fact: "3 rows are missing"}}}
		missed := ops.Occurrence{Opening: *n.opening(), Environment: "production", State: ops.PassedUnmet, Reason: "ktops did not run then"}
		for range 2 {
			for _, o := range []ops.Occurrence{failed, missed} {
				if err := a.Raise(t.Context(), o); err != nil {
					t.Fatal(err)
				}
			}
			n.pass(time.Second)
		}
		n.told(slices.Concat(to(-time.Hour, notify.OccurrenceFailed, notify.Operators), to(-time.Hour, notify.Missed, notify.Operators, notify.Leaders))...)
		n.says("occurrence-failed operators", "restore drill in window night failed", "3 rows are missing")
		n.says("missed leaders", "night", "ktops did not run then")
	})
}
