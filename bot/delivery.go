package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/bot/cards"
)

// deliveryOfCommand is what a slash command asks for.
func deliveryOfCommand(c slack.SlashCommand) Delivery {
	return Delivery{
		ID:   identify("command", c.TeamID, c.UserID, c.ChannelID, c.TriggerID, c.Command, c.Text),
		Kind: Typed, Received: time.Now().UTC(),
		Channel: c.ChannelID, User: c.UserID, UserName: c.UserName,
		Text: c.Text, ResponseURL: c.ResponseURL, TriggerID: c.TriggerID,
	}
}

// deliveryOfInteraction is what a click or a modal asks for; false for what the
// bot has no use for, such as a closed modal, or will not listen to: people of
// another organisation in a shared channel (Slack Connect) see its cards, and a
// policy that says everybody does not mean them.
func deliveryOfInteraction(i slack.InteractionCallback) (Delivery, bool) {
	if i.Team.ID != "" && i.User.TeamID != "" && i.User.TeamID != i.Team.ID {
		return Delivery{}, false
	}
	d := Delivery{
		Received: time.Now().UTC(), Channel: i.Channel.ID,
		User: i.User.ID, UserName: i.User.Name, TriggerID: i.TriggerID, ResponseURL: i.ResponseURL,
	}
	switch i.Type {
	case slack.InteractionTypeBlockActions:
		if len(i.ActionCallback.BlockActions) == 0 {
			return Delivery{}, false
		}
		a := i.ActionCallback.BlockActions[0]
		d.Kind, d.Action, d.Run = Clicked, a.ActionID, a.Value
		if cards.Confirms(a.ActionID) {
			d.Action, d.Run, d.Ask = cards.ActionConfirm, "", a.Value
		}
		if a.ActionID == cards.ActionCancel {
			d.Run, d.Ask = "", a.Value
		}
		d.ID = identify("click", i.Team.ID, i.User.ID, i.Container.MessageTs, a.ActionID, a.Value, a.ActionTs)
		return d, true
	case slack.InteractionTypeViewSubmission:
		d.Kind, d.Action, d.Run, d.Reason = Submitted, i.View.CallbackID, i.View.PrivateMetadata, reasonOf(i.View)
		d.Opening = chosen(i.View)
		// A modal is submitted once, whatever number of deliveries tell of it.
		d.ID = identify("modal", i.Team.ID, i.User.ID, i.View.ID)
		return d, true
	}
	return Delivery{}, false
}

func reasonOf(v slack.View) string {
	if v.State == nil {
		return ""
	}
	return strings.TrimSpace(v.State.Values[cards.ReasonBlock][cards.ReasonAction].Value)
}

func chosen(v slack.View) string {
	if v.State == nil {
		return ""
	}
	return v.State.Values[cards.OpeningBlock][cards.OpeningAction].SelectedOption.Value
}

// identify names a delivery by what it means, so that a copy that comes another
// way, or with another envelope, is known as a copy.
func identify(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// meaning is what a delivery asks for, whoever's finger was nervous: a second one
// while the first is being worked on asks for nothing more.
func (d Delivery) meaning() string {
	return strings.Join([]string{string(d.Kind), d.User, d.Channel, d.Action, d.Run, d.Ask, d.Opening, strings.ToLower(strings.Join(strings.Fields(d.Text), " "))}, "\x00")
}
