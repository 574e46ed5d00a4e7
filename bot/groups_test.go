package bot_test

import (
	"slices"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/bot"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/ops"
)

var (
	_ bot.Service = (*ops.Operator)(nil)
	_ ops.Groups  = (*bot.Groups)(nil)
)

func TestGroups_AreBelievedForAMinuteAndNotLonger(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		groups := w.bot.Groups()
		for range 3 {
			members, err := groups.Members(t.Context(), "S0APPROVERS")
			if err != nil || !slices.Equal(members, []string{"U0BOB", "U0CAROL"}) {
				t.Fatalf("%v, %v", members, err)
			}
		}
		if n := len(w.ws.Calls("usergroups.users.list")); n != 1 {
			t.Errorf("asked Slack %d times", n)
		}
		defer w.ws.Fail(slackemu.Fault{Kind: slackemu.ServerError, Method: "usergroups.users.list"})()
		w.settle(30 * time.Second)
		if _, err := groups.Members(t.Context(), "S0APPROVERS"); err != nil {
			t.Errorf("after half a minute: %v", err)
		}
		w.settle(31 * time.Second)
		if members, err := groups.Members(t.Context(), "S0APPROVERS"); err == nil {
			t.Errorf("after a minute without Slack: %v", members)
		}
	})
}
