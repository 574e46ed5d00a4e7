package bot

import (
	"testing"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/bot/cards"
)

func TestDelivery_PeopleOfAnotherOrganisationDecideNothing(t *testing.T) {
	for team, heard := range map[string]bool{"T_OURS": true, "": true, "T_PARTNER": false} {
		click := slack.InteractionCallback{
			Type: slack.InteractionTypeBlockActions, Team: slack.Team{ID: "T_OURS"}, User: slack.User{ID: "U1", TeamID: team},
			ActionCallback: slack.ActionCallbacks{BlockActions: []*slack.BlockAction{{ActionID: cards.ActionApprove, Value: "r-abcdef"}}},
		}
		if _, ok := deliveryOfInteraction(click); ok != heard {
			t.Errorf("a click from team %q: heard %v", team, ok)
		}
	}
}
