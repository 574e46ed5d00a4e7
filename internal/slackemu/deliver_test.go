package slackemu_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/internal/slackemu"
)

func encode(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// inBothModes runs a story with an app on Socket Mode and with one behind request URLs.
func inBothModes(t *testing.T, story func(t *testing.T, ws *slackemu.Workspace, api *slack.Client, a *app)) {
	t.Run("socket", func(t *testing.T) {
		ws, api := start(t, slackemu.Options{})
		a := &app{}
		a.listen(t, ws, api)
		story(t, ws, api, a)
	})
	t.Run("http", func(t *testing.T) {
		ws, api := start(t, slackemu.Options{})
		a := &app{}
		a.serve(t, ws)
		story(t, ws, api, a)
	})
}

func TestCommand_ReachesTheAppAndShowsItsAnswer(t *testing.T) {
	inBothModes(t, func(t *testing.T, ws *slackemu.Workspace, _ *slack.Client, a *app) {
		a.onCommand = func(slack.SlashCommand) any { return map[string]any{"text": "planning"} }
		ack, err := ws.Type(t.Context(), "alice", "#platform-prod", "/keeptrusts upgrade  2.5.0")
		if err != nil || !ack.OK() {
			t.Fatalf("%+v, %v", ack, err)
		}
		if ack.Text() != "planning" || ack.Shown.VisibleTo != "U0ALICE" {
			t.Errorf("shown: %+v", ack.Shown)
		}
		c := a.commands[0]
		if c.Command != "/keeptrusts" || c.Text != "upgrade  2.5.0" || c.UserID != "U0ALICE" || c.ChannelName != "platform-prod" {
			t.Errorf("the app was told %+v", c)
		}
		if ack.Latency <= 0 || len(ws.Acks()) != 1 || ws.AckPercentile(99) != ack.Latency {
			t.Errorf("latency %v, recorded %v", ack.Latency, ws.Acks())
		}
	})
}

func TestCommand_PublicAnswerShowsTheCommandToo(t *testing.T) {
	inBothModes(t, func(t *testing.T, ws *slackemu.Workspace, _ *slack.Client, a *app) {
		a.onCommand = func(slack.SlashCommand) any {
			return map[string]any{"response_type": "in_channel", "text": "all well"}
		}
		if _, err := ws.Type(t.Context(), "alice", "#platform-prod", "/keeptrusts status"); err != nil {
			t.Fatal(err)
		}
		shown := ws.Messages("#platform-prod")
		if len(shown) != 2 || shown[0].Text != "/keeptrusts status" || shown[1].Text != "all well" {
			t.Errorf("the channel shows:\n%s", ws.Transcript("#platform-prod"))
		}
	})
}

func TestClick_GoesThroughTheDialog(t *testing.T) {
	inBothModes(t, func(t *testing.T, ws *slackemu.Workspace, api *slack.Client, a *app) {
		approve := button("approve", "Approve")
		approve.Confirm = slack.NewConfirmationBlockObject(
			slack.NewTextBlockObject(slack.PlainTextType, "Upgrade production?", false, false),
			slack.NewTextBlockObject(slack.MarkdownType, "2.4.3 → 2.5.0", false, false),
			slack.NewTextBlockObject(slack.PlainTextType, "Approve", false, false),
			slack.NewTextBlockObject(slack.PlainTextType, "Not yet", false, false))
		card := post(t, ws, api, slack.MsgOptionText("plan", false),
			slack.MsgOptionBlocks(slack.NewActionBlock("decision", approve, button("reject", "Reject"))))

		denied, err := ws.Click(t.Context(), "bob", card, "Approve", slackemu.Deny())
		if err != nil || !denied.Denied || len(a.interactions) != 0 {
			t.Fatalf("a denied dialog must send nothing: %+v, %v", denied, err)
		}
		ack, err := ws.Click(t.Context(), "bob", card, "approve")
		if err != nil || !ack.OK() || ack.Confirm == nil || ack.Confirm.Title.Text != "Upgrade production?" {
			t.Fatalf("%+v, %v", ack, err)
		}
		told := a.interactions[0]
		action := told.ActionCallback.BlockActions[0]
		if action.ActionID != "approve" || action.BlockID != "decision" || action.Value != "approve-value" ||
			told.User.ID != "U0BOB" || told.Container.MessageTs != card.TS || told.Message.Timestamp != card.TS {
			t.Errorf("the app was told %+v", told)
		}
	})
}

func TestClick_NamesWhatThereIs(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	card := post(t, ws, api, slack.MsgOptionText("plan", false),
		slack.MsgOptionBlocks(slack.NewActionBlock("", button("reject", "Reject"))))
	_, err := ws.Click(t.Context(), "bob", card, "Approve")
	if err == nil || !strings.Contains(err.Error(), "Reject") {
		t.Errorf("got %v", err)
	}
}

func TestReplay_DeliversTheSameThingTwice(t *testing.T) {
	inBothModes(t, func(t *testing.T, ws *slackemu.Workspace, _ *slack.Client, a *app) {
		ack, err := ws.Type(t.Context(), "alice", "#platform-prod", "/keeptrusts upgrade 2.5.0")
		if err != nil {
			t.Fatal(err)
		}
		if again := ws.Replay(t.Context(), ack.Delivery); !again.OK() {
			t.Fatalf("%+v", again)
		}
		if len(a.commands) != 2 || a.commands[0] != a.commands[1] {
			t.Errorf("the app was told %+v", a.commands)
		}
	})
}

func TestResponseURL_ReplacesTheFirstAnswerAndEndsAfterFiveUses(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	a := &app{}
	a.serve(t, ws)
	if _, err := ws.Type(t.Context(), "alice", "#platform-prod", "/keeptrusts status"); err != nil {
		t.Fatal(err)
	}
	url := a.commands[0].ResponseURL
	for i := range 6 {
		_, _, err := api.PostMessageContext(t.Context(), "C0PROD", slack.MsgOptionText("later", false),
			slack.MsgOptionReplaceOriginal(url))
		if (err == nil) != (i < 5) {
			t.Errorf("use %d: %v", i+1, err)
		}
	}
	if got := ws.Ephemerals("alice", "#platform-prod"); len(got) != 1 || got[0].Edits() != 4 {
		t.Errorf("the channel shows:\n%s", ws.Transcript("#platform-prod"))
	}
}

func TestResponseURL_EndsAfterThirtyMinutes(t *testing.T) {
	for wait, want := range map[time.Duration]bool{29*time.Minute + 50*time.Second: true, 30*time.Minute + 10*time.Second: false} {
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
			<-time.After(wait)
			_, _, err := api.PostMessageContext(t.Context(), "C0PROD", slack.MsgOptionText("late", false),
				slack.MsgOptionResponseURL(a.commands[0].ResponseURL, slack.ResponseTypeEphemeral))
			if (err == nil) != want {
				t.Errorf("after %v: %v", wait, err)
			}
		})
	}
}

func TestCommand_NobodyThere(t *testing.T) {
	ws, _ := start(t, slackemu.Options{})
	ack, err := ws.Type(t.Context(), "alice", "#platform-prod", "/keeptrusts status")
	if err != nil || ack.Failure != slackemu.DispatchFailed {
		t.Fatalf("%+v, %v", ack, err)
	}
	if want := `/keeptrusts failed with the error "dispatch_failed"`; ack.Text() != want {
		t.Errorf("the person reads %q, want %q", ack.Text(), want)
	}
}

func TestType_MentionsPeopleAndGroupsAndEscapesTheRest(t *testing.T) {
	ws, _ := start(t, slackemu.Options{})
	if _, err := ws.Type(t.Context(), "alice", "#platform-prod", "@bob, @platform-approvers:\n  a < b & c@d.e @nobody"); err != nil {
		t.Fatal(err)
	}
	want := "<@U0BOB>, <!subteam^S0APPROVERS>:\n  a &lt; b &amp; c@d.e @nobody"
	if got := ws.Messages("#platform-prod")[0].Text; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCommand_UnknownOneIsAnsweredBySlackItself(t *testing.T) {
	ws, _ := start(t, slackemu.Options{})
	ack, err := ws.Type(t.Context(), "alice", "#platform-prod", "/keeptrust status")
	if err != nil || !strings.Contains(ack.Text(), "is not a valid command") {
		t.Errorf("%+v, %v", ack, err)
	}
}

// slow is an app that answers after a while, without a network.
type slow struct {
	delay  time.Duration
	status int

	mu   sync.Mutex
	seen []http.Header
}

func (s *slow) headers() []http.Header {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func (s *slow) Do(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.seen = append(s.seen, r.Header.Clone())
	s.mu.Unlock()
	timer := time.NewTimer(s.delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return &http.Response{StatusCode: s.status, Header: http.Header{}, Body: http.NoBody}, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func TestCommand_TimesOutAfterThreeSeconds(t *testing.T) {
	for _, test := range []struct {
		delay time.Duration
		want  string
	}{{2990 * time.Millisecond, ""}, {3010 * time.Millisecond, slackemu.OperationTimeout}} {
		synctest.Test(t, func(t *testing.T) {
			ws, _ := bubble(slackemu.Options{
				Client: &slow{delay: test.delay, status: 200}, URLs: slackemu.RequestURLs{Commands: "http://app.invalid"},
			})
			defer ws.Close()
			ack, err := ws.Type(t.Context(), "alice", "#platform-prod", "/keeptrusts status")
			if err != nil || ack.Failure != test.want {
				t.Errorf("after %v: failure %q, %v; want %q", test.delay, ack.Failure, err, test.want)
			}
		})
	}
}

func TestEvent_RetriedAtOnceAfterOneAndAfterFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := &slow{status: 500}
		ws, _ := bubble(slackemu.Options{Client: broken, URLs: slackemu.RequestURLs{Events: "http://app.invalid"}})
		defer ws.Close()
		if _, err := ws.OpenHome(t.Context(), "alice"); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			after time.Duration
			want  int
		}{{time.Second, 2}, {time.Minute, 3}, {5 * time.Minute, 4}, {time.Hour, 4}} {
			<-time.After(step.after)
			synctest.Wait()
			if got := len(broken.headers()); got != step.want {
				t.Fatalf("after another %v: %d deliveries, want %d", step.after, got, step.want)
			}
		}
		last := broken.headers()[3]
		if last.Get("X-Slack-Retry-Num") != "3" || last.Get("X-Slack-Retry-Reason") != "http_error" {
			t.Errorf("the last try says %v", last)
		}
	})
}

func TestSign_IsWhatSlackDocuments(t *testing.T) {
	// The example of authentication/verifying-requests-from-slack.
	body := "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&" +
		"channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&" +
		"response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&" +
		"trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	want := "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	if got := slackemu.Sign("8f742231b10e8888abcd99yyyzzz85a5", 1531420618, []byte(body)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestVerifyEventsURL_WantsTheChallengeBack(t *testing.T) {
	ws, _ := start(t, slackemu.Options{})
	a := &app{onEvent: func(w http.ResponseWriter, _ *http.Request, body []byte) {
		var c struct{ Challenge string }
		_ = json.Unmarshal(body, &c)
		_, _ = w.Write([]byte(c.Challenge))
	}}
	a.serve(t, ws)
	if err := ws.VerifyEventsURL(t.Context()); err != nil {
		t.Error(err)
	}
	a.onEvent = func(http.ResponseWriter, *http.Request, []byte) {}
	if err := ws.VerifyEventsURL(t.Context()); err == nil {
		t.Error("an empty answer must not do")
	}
}
