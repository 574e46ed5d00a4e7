package cards_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

func TestPlan_AdvisesWhatCanBeTypedInSlack(t *testing.T) {
	checks := []ops.Finding{{Check: "backup", Level: ops.Warn, Fact: "none exists yet", Advice: "take one first: backup create"}}
	card, err := json.Marshal(cards.Plan(ops.Plan{Environment: "production", Checks: checks}, "/keeptrusts"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(card), "take one first: /keeptrusts backup\"") {
		t.Errorf("the advice is of another command line:\n%s", card)
	}
}
