package slackemu_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/internal/browser"
	"github.com/keeptrusts/ktops/internal/slackemu"
)

// browse opens the page in a browser of its own, and returns the tab.
func browse(t *testing.T, url string, width int64) context.Context {
	t.Helper()
	tab := browser.Tab(t)
	if err := chromedp.Do(tab, chromedp.EmulateViewport(width, 860)); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	do(t, tab, chromedp.Navigate(url), chromedp.WaitReady("body[data-ready]"))
	return tab
}

// do runs steps in the tab; each has to come about within ten seconds.
func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	browser.Do(t, tab, 10*time.Second, steps...)
}

func read[T any](t *testing.T, tab context.Context, expression string) T {
	t.Helper()
	value, err := chromedp.Run(tab, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits for a condition of the page.
func until(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](expression)
}

// A person upgrades from the page: types, another one approves through the dialog, and everyone
// watches the card change.
func TestPage_TypeApproveAndWatch(t *testing.T) {
	if testing.Short() {
		t.Skip("needs chromium")
	}
	ws, api := start(t, slackemu.Options{})
	a := &app{}
	approve := button("approve", "Approve").WithStyle(slack.StylePrimary)
	approve.Confirm = slack.NewConfirmationBlockObject(
		slack.NewTextBlockObject(slack.PlainTextType, "Upgrade production?", false, false),
		slack.NewTextBlockObject(slack.MarkdownType, "to *2.5.0*", false, false),
		slack.NewTextBlockObject(slack.PlainTextType, "Yes", false, false),
		slack.NewTextBlockObject(slack.PlainTextType, "No", false, false))
	a.onCommand = func(c slack.SlashCommand) any {
		_, _, err := api.PostMessageContext(t.Context(), c.ChannelID, slack.MsgOptionText("plan", false),
			slack.MsgOptionBlocks(section("<@"+c.UserID+"> asks for *"+c.Text+"* :white_check_mark:"), slack.NewActionBlock("", approve)))
		if err != nil {
			t.Error(err)
		}
		return map[string]any{"text": "one moment"}
	}
	a.onInteraction = func(i slack.InteractionCallback) any {
		_, _, _, err := api.UpdateMessageContext(t.Context(), i.Channel.ID, i.Container.MessageTs,
			slack.MsgOptionText("running", false), slack.MsgOptionBlocks(section("running, approved by <@"+i.User.ID+">")))
		if err != nil {
			t.Error(err)
		}
		return nil
	}
	a.listen(t, ws, api)

	tab := browse(t, ws.URL()+"/?user=alice", 1280)
	do(t, tab,
		chromedp.SendKeys("#entry", "/keeptrusts upgrade 2.5.0\r"),
		chromedp.WaitVisible(`[data-action="approve"]`),
		until(`document.querySelector(".ephemeral")?.innerText.includes("one moment")`),
		until(`/acknowledged in [\d.]+ ms over Socket Mode/.test(document.getElementById("status").textContent)`))
	if got := read[string](t, tab, `document.querySelector(".block-section").innerHTML`); !strings.Contains(got, "@alice") ||
		!strings.Contains(got, "<strong>upgrade 2.5.0</strong>") || !strings.Contains(got, `aria-label="white check mark"`) {
		t.Errorf("the card is drawn as %s", got)
	}

	do(t, tab,
		chromedp.Click(".switch summary"), chromedp.Click(`[data-user="bob"]`),
		until(`document.querySelector(".switch b").innerText === "bob"`),
		until(`document.querySelector(".ephemeral") === null`),
		chromedp.Click(`[data-action="approve"]`),
		until(`document.querySelector("#dialog h2").innerText === "Upgrade production?"`),
		chromedp.Click("#dialog footer .button.primary"),
		until(`document.querySelector(".block-section").innerText === "running, approved by @bob"`))
	if len(a.interactions) != 1 || a.interactions[0].User.ID != "U0BOB" {
		t.Errorf("the app was told %+v", a.interactions)
	}
}

func TestPage_ModalKeepsWhatWasTypedAndShowsErrors(t *testing.T) {
	if testing.Short() {
		t.Skip("needs chromium")
	}
	ws, api := start(t, slackemu.Options{})
	a := &app{}
	a.serve(t, ws)
	openModal(t, ws, api, a)
	tab := browse(t, ws.URL()+"/?user=alice", 1280)
	do(t, tab,
		chromedp.WaitVisible("#dialog.modal"),
		chromedp.SendKeys("#input-reason", "too early"),
		chromedp.Click("#dialog footer .button.primary"),
		until(`document.querySelector(".wrong")?.innerText === "Please complete this required field."`))
	if got := read[string](t, tab, `document.getElementById("input-reason").value`); got != "too early" {
		t.Errorf("after the error the reason is %q", got)
	}
	do(t, tab,
		chromedp.Click(`#dialog input[value="later"]`),
		chromedp.Click("#dialog footer .button.primary"),
		until(`!document.getElementById("dialog").open`))
	if got := a.interactions[0].View.State.Values["reason"]["value"].Value; got != "too early" {
		t.Errorf("the app was told %q", got)
	}
}

func TestPage_ShowsMarkupOfOthersAsText(t *testing.T) {
	if testing.Short() {
		t.Skip("needs chromium")
	}
	ws, api := start(t, slackemu.Options{RateFactor: 100})
	attack := `<script>window.hit=1</script><img src=x onerror="window.hit=1"> <javascript:window.hit=1|click>`
	plainText := slack.NewTextBlockObject(slack.PlainTextType, attack, false, false)
	post(t, ws, api, slack.MsgOptionText(attack, false))
	post(t, ws, api, slack.MsgOptionText("t", false), slack.MsgOptionBlocks(section(attack), slack.NewHeaderBlock(plainText),
		slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, attack, false, false))))
	if _, err := ws.Type(t.Context(), "mallory", "#platform-prod", attack); err != nil {
		t.Fatal(err)
	}
	tab := browse(t, ws.URL()+"/?user=alice", 1280)
	do(t, tab, until(`document.querySelectorAll(".message").length === 3`))
	if read[bool](t, tab, `"hit" in window || document.querySelector("#messages script, #messages img, #messages a") !== null`) {
		t.Error("markup of a message became part of the page")
	}
	if !strings.Contains(read[string](t, tab, `document.getElementById("messages").innerText`), "<script>") {
		t.Error("markup of a message is not shown as text")
	}
}

func TestPage_FitsAPhoneInLightAndDark(t *testing.T) {
	if testing.Short() {
		t.Skip("needs chromium")
	}
	ws, api := start(t, slackemu.Options{})
	root := post(t, ws, api, slack.MsgOptionText("t", false), slack.MsgOptionBlocks(
		section("`"+strings.Repeat("x", 300)+"`"), slack.NewActionBlock("", button("a", "Approve"), button("b", "Reject"), button("c", "Show every detail"))))
	post(t, ws, api, slack.MsgOptionText("```\n"+strings.Repeat("y", 300)+"\n```", false), slack.MsgOptionTS(root.TS))
	tab := browse(t, ws.URL()+"/?user=alice#platform-prod/"+root.TS, 375)
	do(t, tab, chromedp.WaitVisible("#thread"))
	if wide := read[int](t, tab, `document.documentElement.scrollWidth`); wide > 375 {
		t.Errorf("the page is %d pixels wide", wide)
	}
	backgrounds := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		_, err := chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		if err != nil {
			t.Fatal(err)
		}
		backgrounds[read[string](t, tab, `getComputedStyle(document.body).backgroundColor`)] = true
	}
	if len(backgrounds) != 2 {
		t.Errorf("light and dark have the same background: %v", backgrounds)
	}
}
