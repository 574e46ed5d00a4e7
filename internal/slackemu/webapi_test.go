package slackemu_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/internal/slackemu"
)

func TestPostAndUpdate_KeepEveryRevision(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	m := post(t, ws, api, slack.MsgOptionText("plan", false), slack.MsgOptionBlocks(section("*Upgrade* to 2.5.0")))
	_, _, _, err := api.UpdateMessageContext(t.Context(), m.Channel, m.TS, slack.MsgOptionText("running", false))
	if err != nil {
		t.Fatal(err)
	}
	now, _ := ws.Message(m)
	if now.Edits() != 1 || now.Revisions[0].Text != "plan" || now.Text != "running" {
		t.Errorf("got %d edits, first %q, now %q", now.Edits(), now.Revisions[0].Text, now.Text)
	}
	if !now.Contains("*Upgrade*") {
		t.Error("an update without blocks must keep the blocks")
	}
	if m.Edits() != 0 {
		t.Error("the older copy changed")
	}
}

func TestHistory_ShowsMetadataOnlyWhenAsked(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	meta := slack.SlackMetadata{EventType: "ktops_card", EventPayload: map[string]any{"run": "R1"}}
	root := post(t, ws, api, slack.MsgOptionText("card", false), slack.MsgOptionMetadata(meta))
	post(t, ws, api, slack.MsgOptionText("detail", false), slack.MsgOptionTS(root.TS))

	for _, include := range []bool{false, true} {
		h, err := api.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{
			ChannelID: "C0PROD", IncludeAllMetadata: include,
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(h.Messages) != 1 {
			t.Fatalf("history has %d messages, want the one outside the thread", len(h.Messages))
		}
		if got := h.Messages[0].Metadata.EventType == "ktops_card"; got != include {
			t.Errorf("include_all_metadata=%v: metadata shown: %v", include, got)
		}
	}
	replies, _, _, err := api.GetConversationRepliesContext(t.Context(), &slack.GetConversationRepliesParameters{
		ChannelID: "C0PROD", Timestamp: root.TS,
	})
	if err != nil || len(replies) != 2 {
		t.Errorf("replies: %d, %v; want the root and one reply", len(replies), err)
	}
	if got := ws.Replies(root); len(got) != 1 || got[0].Text != "detail" {
		t.Errorf("Replies returned %v", got)
	}
}

func TestHistory_PagesWithACursor(t *testing.T) {
	ws, api := start(t, slackemu.Options{RateFactor: 100})
	for range 5 {
		post(t, ws, api, slack.MsgOptionText("line", false))
	}
	seen := 0
	for cursor, first := "", true; first || cursor != ""; first = false {
		h, err := api.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{
			ChannelID: "C0PROD", Limit: 2, Cursor: cursor,
		})
		if err != nil {
			t.Fatal(err)
		}
		seen += len(h.Messages)
		cursor = h.ResponseMetaData.NextCursor
	}
	if seen != 5 {
		t.Errorf("paged through %d messages, want 5", seen)
	}
}

func TestWebAPI_AnswersAboutPeopleAndPlaces(t *testing.T) {
	_, api := start(t, slackemu.Options{Scopes: append(slackemu.LeastScopes(), "channels:read")})
	who, err := api.AuthTestContext(t.Context())
	if err != nil || who.UserID != "U0KTOPS" {
		t.Errorf("auth.test: %+v, %v", who, err)
	}
	u, err := api.GetUserInfoContext(t.Context(), "U0BOB")
	if err != nil || u.Name != "bob" || u.TZ != "Asia/Tokyo" {
		t.Errorf("users.info: %+v, %v", u, err)
	}
	members, err := api.GetUserGroupMembersContext(t.Context(), "S0APPROVERS")
	if err != nil || !slices.Equal(members, []string{"U0BOB", "U0CAROL"}) {
		t.Errorf("usergroups.users.list: %v, %v", members, err)
	}
	groups, err := api.GetUserGroupsContext(t.Context(), slack.GetUserGroupsOptionIncludeUsers(true))
	if err != nil || len(groups) != 1 || groups[0].Handle != "platform-approvers" || len(groups[0].Users) != 2 {
		t.Errorf("usergroups.list: %+v, %v", groups, err)
	}
	c, err := api.GetConversationInfoContext(t.Context(), &slack.GetConversationInfoInput{ChannelID: "C0STAGING"})
	if err != nil || c.Name != "platform-staging" {
		t.Errorf("conversations.info: %+v, %v", c, err)
	}
	dm, _, err := api.PostMessageContext(t.Context(), "U0ALICE", slack.MsgOptionText("for you", false))
	if err != nil || dm != "D0ALICE" {
		t.Errorf("a message to a user went to %q, %v", dm, err)
	}
}

func TestPermalink_LeadsToThePage(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	m := post(t, ws, api, slack.MsgOptionText("here", false))
	link, err := api.GetPermalinkContext(t.Context(), &slack.PermalinkParameters{Channel: m.Channel, Ts: m.TS})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	ws.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, link, nil))
	if got, want := w.Header().Get("Location"), "/#C0PROD/"+m.TS; got != want {
		t.Errorf("permalink leads to %q, want %q", got, want)
	}
}

func TestWebAPI_RefusesAsSlackDoes(t *testing.T) {
	hidden := slackemu.Channel{ID: "C0HIDDEN", Name: "hidden", WithoutBot: true}
	ws, api := start(t, slackemu.Options{
		RateFactor: 100, Channels: append(slackemu.DefaultChannels(), hidden),
	})
	if _, err := ws.Type(t.Context(), "alice", "#platform-prod", "hello"); err != nil {
		t.Fatal(err)
	}
	alices := ws.Messages("#platform-prod")[0]
	text := slack.MsgOptionText("hi", false)
	client := func(token string) *slack.Client { return slack.New(token, slack.OptionAPIURL(ws.APIURL())) }
	defer http.DefaultClient.CloseIdleConnections()

	tests := []struct {
		name string
		call func() error
		want string
	}{
		{"no token", func() error { _, err := client("").AuthTestContext(t.Context()); return err }, "not_authed"},
		{"wrong token", func() error { _, err := client("xoxb-other").AuthTestContext(t.Context()); return err }, "invalid_auth"},
		{"app token for a bot method", func() error {
			_, err := client(ws.AppToken()).AuthTestContext(t.Context())
			return err
		}, "not_allowed_token_type"},
		{"unknown channel", func() error { _, _, err := api.PostMessageContext(t.Context(), "C9", text); return err }, "channel_not_found"},
		{"bot not in channel", func() error { _, _, err := api.PostMessageContext(t.Context(), "C0HIDDEN", text); return err }, "not_in_channel"},
		{"nothing to say", func() error { _, _, err := api.PostMessageContext(t.Context(), "C0PROD"); return err }, "no_text"},
		{"reply to nothing", func() error {
			_, _, err := api.PostMessageContext(t.Context(), "C0PROD", text, slack.MsgOptionTS("1.000001"))
			return err
		}, "cannot_reply_to_message"},
		{"update of nothing", func() error {
			_, _, _, err := api.UpdateMessageContext(t.Context(), "C0PROD", "1.000001", text)
			return err
		}, "message_not_found"},
		{"update of another's message", func() error {
			_, _, _, err := api.UpdateMessageContext(t.Context(), "C0PROD", alices.TS, text)
			return err
		}, "cant_update_message"},
		{"legacy attachments", func() error {
			_, _, err := api.PostMessageContext(t.Context(), "C0PROD", slack.MsgOptionAttachments(slack.Attachment{Text: "old"}))
			return err
		}, "invalid_attachments"},
		{"scope not granted", func() error {
			return api.AddReactionContext(t.Context(), "eyes", slack.NewRefToMessage("C0PROD", alices.TS))
		}, "missing_scope"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var answered slack.SlackErrorResponse
			if err := test.call(); !errors.As(err, &answered) || answered.Err != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestScopes_NamedWhenMissing(t *testing.T) {
	_, api := start(t, slackemu.Options{Scopes: []string{"commands"}})
	_, _, err := api.PostMessageContext(t.Context(), "C0PROD", slack.MsgOptionText("hi", false))
	if err == nil || !strings.Contains(err.Error(), "missing_scope") {
		t.Fatalf("got %v, want missing_scope", err)
	}
}

func TestEphemeral_SeenByOneAndNeverUpdated(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	ts, err := api.PostEphemeralContext(t.Context(), "C0PROD", "U0ALICE", slack.MsgOptionText("psst", false))
	if err != nil {
		t.Fatal(err)
	}
	if len(ws.Ephemerals("alice", "#platform-prod")) != 1 || len(ws.Ephemerals("bob", "#platform-prod")) != 0 {
		t.Error("an ephemeral message must be visible to its user only")
	}
	if len(ws.Messages("#platform-prod")) != 0 {
		t.Error("an ephemeral message is not part of the channel")
	}
	if _, _, _, err := api.UpdateMessageContext(t.Context(), "C0PROD", ts, slack.MsgOptionText("x", false)); err == nil {
		t.Error("chat.update of an ephemeral message must fail")
	}
}

func TestEphemeral_ClickedByItsReaderOnly(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	_, err := api.PostEphemeralContext(t.Context(), "C0PROD", "U0ALICE", slack.MsgOptionText("sure?", false),
		slack.MsgOptionBlocks(slack.NewActionBlock("", button("yes", "Yes"))))
	if err != nil {
		t.Fatal(err)
	}
	m := ws.Ephemerals("alice", "#platform-prod")[0]
	if _, err := ws.Click(t.Context(), "bob", m, "Yes"); err == nil || !strings.Contains(err.Error(), "does not see") {
		t.Errorf("bob clicks what he cannot see: %v", err)
	}
	if _, err := ws.Click(t.Context(), "alice", m, "Yes"); err != nil {
		t.Errorf("alice: %v", err)
	}
}

func TestCalls_RecordWhatWasAskedAndHowItEnded(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	post(t, ws, api, slack.MsgOptionText("one", false))
	_, _, _ = api.PostMessageContext(t.Context(), "C9", slack.MsgOptionText("two", false))
	calls := ws.Calls("chat.postMessage")
	if len(calls) != 2 || calls[0].Error != "" || calls[1].Error != "channel_not_found" {
		t.Fatalf("got %+v", calls)
	}
	if _, kept := calls[0].Args["token"]; kept || calls[0].Args["text"] != "one" {
		t.Errorf("arguments: %v", calls[0].Args)
	}
}
