package slackemu_test

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/internal/slackemu"
)

func TestTranscript_ReadsAsThePageDoes(t *testing.T) {
	ws, api := start(t, slackemu.Options{RateFactor: 100})
	root := post(t, ws, api, slack.MsgOptionText("a plan", false), slack.MsgOptionBlocks(
		section("*Upgrade* to `2.5.0`, 2 * 3 * 4 &lt; 25\n<@U0BOB> of <!subteam^S0APPROVERS> decides until <!date^0^{time}|noon>"),
		slack.NewActionBlock("", button("approve", "Approve"), button("reject", "Reject"))))
	post(t, ws, api, slack.MsgOptionText("see <https://example.com|the guide>", false), slack.MsgOptionTS(root.TS))
	post(t, ws, api, slack.MsgOptionText("done", false), slack.MsgOptionTS(root.TS), slack.MsgOptionBroadcast())

	var lines []string
	for line := range strings.Lines(ws.Transcript("#platform-prod")) {
		if _, rest, timed := strings.Cut(line, " ktops"); timed {
			line = "ktops" + rest // without the time of day
		}
		lines = append(lines, line)
	}
	want := `ktops: Upgrade to 2.5.0, 2 * 3 * 4 < 25
    @bob of @platform-approvers decides until noon
    [Approve] [Reject]
ktops (in thread): see the guide
ktops (replied to a thread): done
`
	if got := strings.Join(lines, ""); got != want {
		t.Errorf("the transcript is\n%s\nwant\n%s", got, want)
	}
}

// Slack: reference/methods/chat.postMessage, reply_broadcast.
func TestPostMessage_BroadcastReplyIsInTheChannelToo(t *testing.T) {
	ws, api := start(t, slackemu.Options{RateFactor: 100})
	root := post(t, ws, api, slack.MsgOptionText("running", false))
	post(t, ws, api, slack.MsgOptionText("step 1", false), slack.MsgOptionTS(root.TS))
	loud := post(t, ws, api, slack.MsgOptionText("held", false), slack.MsgOptionTS(root.TS), slack.MsgOptionBroadcast())

	if shown := ws.Messages("#platform-prod"); len(shown) != 2 || shown[1].TS != loud.TS || !shown[1].Broadcast {
		t.Errorf("the channel shows:\n%s", ws.Transcript("#platform-prod"))
	}
	if replies := ws.Replies(root); len(replies) != 2 || replies[1].TS != loud.TS {
		t.Errorf("the thread has %d replies, want both", len(replies))
	}
	history, err := api.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: root.Channel})
	if err != nil || len(history.Messages) != 2 || history.Messages[0].SubType != slack.MsgSubTypeThreadBroadcast {
		t.Errorf("the history is %+v, %v; want the broadcast and the card", history, err)
	}
}

func TestPage_ShowsABroadcastReplyInChannelAndThread(t *testing.T) {
	if testing.Short() {
		t.Skip("needs chromium")
	}
	ws, api := start(t, slackemu.Options{RateFactor: 100})
	root := post(t, ws, api, slack.MsgOptionText("running", false))
	post(t, ws, api, slack.MsgOptionText("held", false), slack.MsgOptionTS(root.TS), slack.MsgOptionBroadcast())
	tab := browse(t, ws.URL()+"/?user=alice#platform-prod/"+root.TS, 1280)
	do(t, tab,
		until(`document.querySelector("#messages .broadcast")?.innerText === "replied to a thread: running"`),
		until(`document.querySelector("#thread .list")?.innerText.includes("held")`),
		until(`document.querySelector("#thread .broadcast") === null`))
}
