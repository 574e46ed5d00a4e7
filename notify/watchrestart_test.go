package notify_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
)

// Wherever the daemon is stopped and started again, people are told the same, once.
func TestWatcher_ARestartTellsNothingTwiceAndNothingLess(t *testing.T) {
	for moment := range 12 {
		t.Run(fmt.Sprintf("after event %d", moment+1), func(t *testing.T) {
			inNewsroom(t, func(_ *testing.T, n *newsroom) {
				step := 0
				restarting := func(act func()) {
					act()
					if step == moment {
						n.stop()
						n.start()
					}
					step++
				}
				restarting(func() { n.propose("r-a", "", windowSteps()...) })
				restarting(func() { n.add("r-a", ops.Event{Kind: ops.RunApproved}) })
				restarting(func() { n.until(2 * time.Hour) })
				restarting(func() { n.until(10 * minutes) })
				n.until(0)
				restarting(func() { n.begin("r-a") })
				for _, s := range []string{"pull images", "close edge", "drain", "stop api", "verify", "open edge"} {
					restarting(func() { n.do("r-a", s) })
				}
				restarting(func() { n.add("r-a", ops.Event{Kind: ops.RunSucceeded}) })
				n.pass(2 * time.Hour)
				n.told(slices.Concat(
					everybody(2*time.Hour, notify.Upcoming), everybody(time.Hour, notify.Upcoming), everybody(10*minutes, notify.Upcoming),
					to(-2*minutes, notify.Opened, notify.Users, notify.Operators), everybody(-6*minutes, notify.Reopened))...)
			})
		})
	}
}

// What happened while nobody watched is told, as far as it is news.
func TestWatcher_LearnsWhatHappenedWhileItWasAway(t *testing.T) {
	inNewsroom(t, func(_ *testing.T, n *newsroom) {
		n.until(0)
		n.stop()
		n.schedule("r-a")
		n.begin("r-a")
		n.do("r-a", "close edge")
		n.add("r-a", ops.Event{Kind: ops.RunHeld, Reason: "a person looks"})
		n.add("r-a", ops.Event{Kind: ops.RunResumed})
		n.do("r-a", "open edge")
		n.add("r-a", ops.Event{Kind: ops.RunSucceeded})
		n.pass(10 * minutes)
		n.start()
		n.pass(time.Second)
		n.told(everybody(-12*minutes, notify.Reopened)...)
	})
}

// Nobody is called to a run that has gone on since.
func TestWatcher_WhatIsPastIsNotSentAnyMore(t *testing.T) {
	inNewsroom(t, func(_ *testing.T, n *newsroom) {
		n.until(0)
		n.schedule("r-a")
		n.begin("r-a")
		n.reach(false)
		n.add("r-a", ops.Event{Kind: ops.RunHeld, Reason: "a person looks"})
		n.pass(10 * minutes)
		n.add("r-a", ops.Event{Kind: ops.RunResumed})
		n.pass(time.Second)
		n.reach(true)
		n.pass(10 * minutes)
		n.told()
	})
}
