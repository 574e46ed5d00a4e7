package slackemu_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/internal/slackemu"
)

func reasonModal() slack.ModalViewRequest {
	text := func(s string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
	}
	reason := slack.NewInputBlock("reason", text("Reason"), nil, slack.NewPlainTextInputBlockElement(nil, "value"))
	urgency := slack.NewInputBlock("urgency", text("Urgency"), nil, slack.NewRadioButtonsBlockElement("value",
		slack.NewOptionBlockObject("now", text("Now"), nil), slack.NewOptionBlockObject("later", text("Later"), nil)))
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: text("Reject"), Submit: text("Reject"), Close: text("Cancel"), CallbackID: "reject",
		PrivateMetadata: "R1", NotifyOnClose: true, Blocks: slack.Blocks{BlockSet: []slack.Block{reason, urgency}},
	}
}

// openModal has alice type a command whose trigger opens the modal.
func openModal(t *testing.T, ws *slackemu.Workspace, api *slack.Client, a *app) slackemu.View {
	t.Helper()
	a.onCommand = func(c slack.SlashCommand) any {
		if _, err := api.OpenViewContext(t.Context(), c.TriggerID, reasonModal()); err != nil {
			t.Error(err)
		}
		return nil
	}
	if _, err := ws.Type(t.Context(), "alice", "#platform-prod", "/keeptrusts reject"); err != nil {
		t.Fatal(err)
	}
	v, ok := ws.Modal("alice")
	if !ok {
		t.Fatal("alice sees no modal")
	}
	return v
}

func TestModal_SubmittedValuesReachTheApp(t *testing.T) {
	inBothModes(t, func(t *testing.T, ws *slackemu.Workspace, api *slack.Client, a *app) {
		v := openModal(t, ws, api, a)
		if _, ok := ws.Modal("bob"); ok {
			t.Error("bob sees the modal of alice")
		}
		if _, err := ws.Submit(t.Context(), "alice", v, nil); err == nil || !strings.Contains(err.Error(), "required") {
			t.Errorf("Slack does not send an incomplete form: %v", err)
		}
		ack, err := ws.Submit(t.Context(), "alice", v, map[string][]string{"reason": {"too early"}, "Urgency": {"Later"}})
		if err != nil || !ack.OK() {
			t.Fatalf("%+v, %v", ack, err)
		}
		got := a.interactions[0]
		values := got.View.State.Values
		if got.Type != slack.InteractionTypeViewSubmission || got.View.PrivateMetadata != "R1" ||
			values["reason"]["value"].Value != "too early" || values["urgency"]["value"].SelectedOption.Value != "later" {
			t.Errorf("the app was told %+v", values)
		}
		if _, open := ws.Modal("alice"); open {
			t.Error("an empty acknowledgement closes the modal")
		}
	})
}

func TestModal_StaysOpenWithErrors(t *testing.T) {
	inBothModes(t, func(t *testing.T, ws *slackemu.Workspace, api *slack.Client, a *app) {
		v := openModal(t, ws, api, a)
		a.onInteraction = func(slack.InteractionCallback) any {
			return slack.NewErrorsViewSubmissionResponse(map[string]string{"reason": "say more"})
		}
		ack, err := ws.Submit(t.Context(), "alice", v, map[string][]string{"reason": {"x"}, "urgency": {"now"}})
		if err != nil || ack.Errors["reason"] != "say more" {
			t.Fatalf("%+v, %v", ack, err)
		}
		if _, open := ws.Modal("alice"); !open {
			t.Error("the modal closed in spite of errors")
		}
		if _, err := ws.CloseModal(t.Context(), "alice", v); err != nil {
			t.Fatal(err)
		}
		if last := a.interactions[len(a.interactions)-1]; last.Type != slack.InteractionTypeViewClosed {
			t.Errorf("after closing, the app was told %s", last.Type)
		}
	})
}

func TestModal_AnswerMayUpdateAndPush(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	a := &app{}
	a.serve(t, ws)
	v := openModal(t, ws, api, a)
	next := reasonModal()
	next.Title.Text = "Once more"
	a.onInteraction = func(slack.InteractionCallback) any { return slack.NewUpdateViewSubmissionResponse(&next) }
	fill := map[string][]string{"reason": {"x"}, "urgency": {"now"}}
	if _, err := ws.Submit(t.Context(), "alice", v, fill); err != nil {
		t.Fatal(err)
	}
	updated, _ := ws.Modal("alice")
	if updated.ID != v.ID || updated.Title.Text != "Once more" {
		t.Errorf("after update: %s %q", updated.ID, updated.Title.Text)
	}
	a.onInteraction = func(slack.InteractionCallback) any { return slack.NewPushViewSubmissionResponse(&next) }
	if _, err := ws.Submit(t.Context(), "alice", updated, fill); err != nil {
		t.Fatal(err)
	}
	pushed, _ := ws.Modal("alice")
	if pushed.ID == v.ID || pushed.RootViewID != v.ID || pushed.PreviousViewID == nil || *pushed.PreviousViewID != v.ID {
		t.Errorf("after push: %+v", pushed)
	}
}

func TestModal_AtMostThreeOnTopOfEachOther(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	a := &app{}
	a.serve(t, ws)
	v := openModal(t, ws, api, a)
	next := reasonModal()
	a.onInteraction = func(slack.InteractionCallback) any { return slack.NewPushViewSubmissionResponse(&next) }
	for depth := 2; depth <= 4; depth++ {
		ack, err := ws.Submit(t.Context(), "alice", v, map[string][]string{"reason": {"x"}, "urgency": {"now"}})
		if err != nil || ack.OK() != (depth <= 3) {
			t.Errorf("view %d: %q, %v", depth, ack.Failure, err)
		}
		v, _ = ws.Modal("alice")
	}
}

func TestTrigger_WorksOnceAndForThreeSeconds(t *testing.T) {
	for _, test := range []struct {
		wait  time.Duration
		twice bool
		want  string
	}{
		{2900 * time.Millisecond, false, ""},
		{3100 * time.Millisecond, false, "expired_trigger_id"},
		{0, true, "exchanged_trigger_id"},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := &app{}
			ws, api := bubble(slackemu.Options{
				SigningSecret: "secret", Client: inProcess{a.handler("secret")},
				URLs: slackemu.RequestURLs{Commands: "http://app.invalid/commands"},
			})
			defer ws.Close()
			if _, err := ws.Type(t.Context(), "alice", "#platform-prod", "/keeptrusts x"); err != nil {
				t.Fatal(err)
			}
			<-time.After(test.wait)
			trigger := a.commands[0].TriggerID
			_, err := api.OpenViewContext(t.Context(), trigger, reasonModal())
			if test.twice {
				_, err = api.OpenViewContext(t.Context(), trigger, reasonModal())
			}
			if (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
				t.Errorf("after %v: %v, want %q", test.wait, err, test.want)
			}
		})
	}
}

func TestViews_RefusedAboveTheirLimits(t *testing.T) {
	ws := slackemu.New(slackemu.Options{RateFactor: 1000})
	defer ws.Close()
	modal := func(change object) object {
		v := object{"type": "modal", "title": plain("T"), "blocks": []any{object{"type": "divider"}}}
		for key, value := range change {
			v[key] = value
		}
		return v
	}
	input := []any{object{"type": "input", "label": plain("L"), "element": object{"type": "plain_text_input"}}}
	tests := []struct {
		name string
		view object
		want string
	}{
		{"title of 25", modal(object{"title": plain(long(25))}), "/view/title/text"},
		{"submit of 25", modal(object{"submit": plain(long(25))}), "/view/submit/text"},
		{"close of 25", modal(object{"close": plain(long(25))}), "/view/close/text"},
		{"private_metadata of 3001", modal(object{"private_metadata": long(3001)}), "/view/private_metadata"},
		{"callback_id of 256", modal(object{"callback_id": long(256)}), "/view/callback_id"},
		{"101 blocks", modal(object{"blocks": repeat(101, func(int) any { return object{"type": "divider"} })}), "no more than 100 items"},
		{"input without submit", modal(object{"blocks": input}), "missing required field: submit"},
		{"input of an unknown kind", modal(object{"submit": plain("Go"), "blocks": []any{
			object{"type": "input", "label": plain("L"), "element": btn(nil)}}}), "unsupported type: button"},
		{"unknown trigger", modal(nil), "invalid `trigger_id`"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := call(t, ws, "views.open", object{"trigger_id": "1.2", "view": test.view})
			if got["error"] != "invalid_arguments" || !strings.Contains(encode(got["errors"]), test.want) {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

func TestHome_PublishedForOnePerson(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	home := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{section("*Staging* runs 2.5.0")}}}
	if _, err := api.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: "U0BOB", View: home}); err != nil {
		t.Fatal(err)
	}
	if v, ok := ws.Home("bob"); !ok || !v.Contains("Staging") {
		t.Errorf("bob's home: %+v", v)
	}
	if _, ok := ws.Home("alice"); ok {
		t.Error("alice has bob's home")
	}
}
