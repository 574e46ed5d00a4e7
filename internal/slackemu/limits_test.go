package slackemu_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/internal/slackemu"
)

// object is a piece of Block Kit written by hand: slack-go would refuse to write some of it.
type object = map[string]any

func plain(s string) object  { return object{"type": "plain_text", "text": s} }
func mrkdwn(s string) object { return object{"type": "mrkdwn", "text": s} }
func long(n int) string      { return strings.Repeat("ü", n) } // two bytes, one character

func repeat(n int, item func(i int) any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = item(i)
	}
	return list
}

func btn(change object) object {
	b := object{"type": "button", "text": plain("Go"), "action_id": "go"}
	for k, v := range change {
		b[k] = v
	}
	return b
}

func actions(elements ...any) object { return object{"type": "actions", "elements": elements} }

func confirm(change object) object {
	c := object{"title": plain("Sure?"), "text": mrkdwn("Really"), "confirm": plain("Yes"), "deny": plain("No")}
	for k, v := range change {
		c[k] = v
	}
	return actions(btn(object{"confirm": c}))
}

func choices(n int, item func(i int) object) object {
	options := repeat(n, func(i int) any { return item(i) })
	return actions(object{"type": "static_select", "action_id": "s", "placeholder": plain("Pick"), "options": options})
}

func option(text, value string) object { return object{"text": plain(text), "value": value} }

func numbered(i int) object { return option("o", "v"+string(rune('0'+i%10))+string(rune('0'+i/10))) }

// call posts JSON to a Web API method without a client.
func call(t *testing.T, ws *slackemu.Workspace, method string, body object) object {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/"+method, strings.NewReader(encode(body)))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("Authorization", "Bearer "+ws.BotToken())
	w := httptest.NewRecorder()
	ws.ServeHTTP(w, r)
	var got object
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("%s answered %d %q", method, w.Code, w.Body)
	}
	return got
}

func TestBlocks_AtTheLimitAndOneBeyond(t *testing.T) {
	ws := slackemu.New(slackemu.Options{RateFactor: 1000})
	defer ws.Close()
	tests := []struct {
		name    string
		limit   int
		block   func(n int) object
		problem string
	}{
		{"section text", 3000, func(n int) object { return object{"type": "section", "text": mrkdwn(long(n))} }, "/blocks/0/text/text"},
		{"section fields", 10, func(n int) object {
			return object{"type": "section", "fields": repeat(n, func(int) any { return mrkdwn("f") })}
		}, "/blocks/0/fields"},
		{"field text", 2000, func(n int) object { return object{"type": "section", "fields": []any{mrkdwn(long(n))}} }, "/blocks/0/fields/0/text"},
		{"header text", 150, func(n int) object { return object{"type": "header", "text": plain(long(n))} }, "/blocks/0/text/text"},
		{"context elements", 10, func(n int) object {
			return object{"type": "context", "elements": repeat(n, func(int) any { return mrkdwn("c") })}
		}, "/blocks/0/elements"},
		{"actions elements", 25, func(n int) object {
			return actions(repeat(n, func(i int) any { return btn(object{"action_id": long(i + 1)}) })...)
		}, "/blocks/0/elements"},
		{"block_id", 255, func(n int) object { return object{"type": "divider", "block_id": long(n)} }, "/blocks/0/block_id"},
		{"action_id", 255, func(n int) object { return actions(btn(object{"action_id": long(n)})) }, "/action_id"},
		{"button text", 75, func(n int) object { return actions(btn(object{"text": plain(long(n))})) }, "/text/text"},
		{"button value", 2000, func(n int) object { return actions(btn(object{"value": long(n)})) }, "/value"},
		{"dialog title", 100, func(n int) object { return confirm(object{"title": plain(long(n))}) }, "/confirm/title/text"},
		{"dialog text", 300, func(n int) object { return confirm(object{"text": mrkdwn(long(n))}) }, "/confirm/text/text"},
		{"dialog confirm", 30, func(n int) object { return confirm(object{"confirm": plain(long(n))}) }, "/confirm/confirm/text"},
		{"dialog deny", 30, func(n int) object { return confirm(object{"deny": plain(long(n))}) }, "/confirm/deny/text"},
		{"select options", 100, func(n int) object { return choices(n, numbered) }, "/options"},
		{"option text", 75, func(n int) object { return choices(1, func(int) object { return option(long(n), "v") }) }, "/options/0/text/text"},
		{"option value", 150, func(n int) object { return choices(1, func(int) object { return option("o", long(n)) }) }, "/options/0/value"},
		{"context text", 3000, func(n int) object { return object{"type": "context", "elements": []any{mrkdwn(long(n))}} }, "/elements/0/text"},
		{"image address", 3000, func(n int) object {
			return object{"type": "image", "image_url": long(n), "alt_text": "a"}
		}, "/blocks/0/image_url"},
		{"button address", 3000, func(n int) object { return actions(btn(object{"url": long(n)})) }, "/url"},
		{"placeholder", 150, func(n int) object {
			return actions(object{"type": "datepicker", "action_id": "d", "placeholder": plain(long(n))})
		}, "/placeholder/text"},
		{"radio options", 10, func(n int) object {
			return actions(object{"type": "radio_buttons", "action_id": "r", "options": repeat(n, func(i int) any { return numbered(i) })})
		}, "/options"},
		{"overflow options", 5, func(n int) object {
			return actions(object{"type": "overflow", "action_id": "o", "options": repeat(n, func(i int) any { return numbered(i) })})
		}, "/options"},
		{"length of an input", 3000, func(n int) object {
			return object{"type": "input", "label": plain("L"), "element": object{"type": "plain_text_input", "max_length": n}}
		}, "/element/max_length"},
		{"image alt text", 2000, func(n int) object {
			return object{"type": "image", "image_url": "https://x/y.png", "alt_text": long(n)}
		}, "/blocks/0/alt_text"},
		{"input label", 2000, func(n int) object {
			return object{"type": "input", "label": plain(long(n)), "element": object{"type": "plain_text_input", "action_id": "a"}}
		}, "/blocks/0/label/text"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fine := call(t, ws, "chat.postMessage", object{"channel": "C0PROD", "text": "t", "blocks": []any{test.block(test.limit)}})
			if fine["ok"] != true {
				t.Errorf("%d is allowed, but: %v", test.limit, fine)
			}
			got := call(t, ws, "chat.postMessage", object{"channel": "C0PROD", "text": "t", "blocks": []any{test.block(test.limit + 1)}})
			if got["error"] != "invalid_blocks" || !strings.Contains(encode(got["response_metadata"]), test.problem) {
				t.Errorf("%d must be refused at %s, but: %v", test.limit+1, test.problem, got)
			}
		})
	}
}

func TestBlocks_RefusedForWhatTheyAre(t *testing.T) {
	ws := slackemu.New(slackemu.Options{RateFactor: 1000})
	defer ws.Close()
	divider := object{"type": "divider"}
	tests := []struct {
		name   string
		blocks any
		want   string
		detail string
	}{
		{"51 blocks", repeat(51, func(int) any { return divider }), "invalid_blocks", "no more than 50 items"},
		{"same block_id twice", []any{object{"type": "divider", "block_id": "b"}, object{"type": "divider", "block_id": "b"}}, "invalid_blocks", "`b` already exists"},
		{"same action_id twice", []any{actions(btn(nil), btn(nil))}, "invalid_blocks", "`go` already exists"},
		{"header of mrkdwn", []any{object{"type": "header", "text": mrkdwn("*no*")}}, "invalid_blocks", "must be plain_text"},
		{"emoji in mrkdwn", []any{object{"type": "section", "text": object{"type": "mrkdwn", "text": "x", "emoji": true}}}, "invalid_blocks", "emoji"},
		{"empty section", []any{object{"type": "section"}}, "invalid_blocks", "must define either `text` or `fields`"},
		{"empty text", []any{object{"type": "section", "text": mrkdwn("")}}, "invalid_blocks", "must be more than 0 characters"},
		{"text as a string", []any{object{"type": "section", "text": "no"}}, "invalid_blocks", "must provide an object"},
		{"misspelt property", []any{object{"type": "divider", "blockid": "b"}}, "invalid_blocks", "invalid additional property: blockid"},
		{"misspelt property of a button", []any{actions(btn(object{"valeu": "b"}))}, "invalid_blocks", "invalid additional property: valeu"},
		{"unknown style", []any{actions(btn(object{"style": "warning"}))}, "invalid_blocks", "must be primary or danger"},
		{"unknown block", []any{object{"type": "table"}}, "invalid_blocks", "unsupported type: table"},
		{"text input among actions", []any{actions(object{"type": "plain_text_input", "action_id": "a"})}, "invalid_blocks", "unsupported type"},
		{"not a list", object{"type": "divider"}, "invalid_blocks_format", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := call(t, ws, "chat.postMessage", object{"channel": "C0PROD", "text": "t", "blocks": test.blocks})
			if got["error"] != test.want || !strings.Contains(encode(got["errors"]), strings.ReplaceAll(test.detail, "\"", "")) {
				t.Errorf("got %v, want %s: %s", got, test.want, test.detail)
			}
		})
	}
	if shown := ws.Messages("#platform-prod"); len(shown) != 0 {
		t.Errorf("%d refused messages are shown", len(shown))
	}
}

func TestBlocks_TooLongInSum(t *testing.T) {
	ws := slackemu.New(slackemu.Options{})
	defer ws.Close()
	for last, want := range map[int]any{950: nil, 951: "msg_blocks_too_long"} { // 5 blocks: 4 of 3000, shares of 50
		blocks := repeat(4, func(int) any { return object{"type": "section", "text": mrkdwn(long(3000))} })
		blocks = append(blocks, object{"type": "section", "text": mrkdwn(long(last))})
		got := call(t, ws, "chat.postMessage", object{"channel": "C0PROD", "text": "t", "blocks": blocks})
		if got["error"] != want {
			t.Errorf("%d characters in the last block: %v, want %v", last, got["error"], want)
		}
	}
}

func TestSameActionID_AllowedInDifferentBlocks(t *testing.T) {
	ws := slackemu.New(slackemu.Options{})
	defer ws.Close()
	got := call(t, ws, "chat.postMessage", object{"channel": "C0PROD", "text": "t", "blocks": []any{actions(btn(nil)), actions(btn(nil))}})
	if got["ok"] != true {
		t.Errorf("an action_id is unique within its block, but: %v", got)
	}
}

func TestText_CutWhenPostedRefusedWhenUpdated(t *testing.T) {
	ws := slackemu.New(slackemu.Options{})
	defer ws.Close()
	got := call(t, ws, "chat.postMessage", object{"channel": "C0PROD", "text": long(40_001)})
	if got["ok"] != true || got["warning"] != "message_truncated" {
		t.Errorf("posting 40,001 characters: ok %v, warning %v", got["ok"], got["warning"])
	}
	if n := len([]rune(ws.Messages("#platform-prod")[0].Text)); n != 40_000 {
		t.Errorf("kept %d characters", n)
	}
	for n, want := range map[int]any{4000: nil, 4001: "msg_too_long"} {
		got := call(t, ws, "chat.update", object{"channel": "C0PROD", "ts": ws.Messages("#platform-prod")[0].TS, "text": long(n)})
		if got["error"] != want {
			t.Errorf("updating with %d characters: %v, want %v", n, got["error"], want)
		}
	}
}

func TestText_MissingBesideBlocksIsWarned(t *testing.T) {
	ws := slackemu.New(slackemu.Options{})
	defer ws.Close()
	got := call(t, ws, "chat.postMessage", object{"channel": "C0PROD", "blocks": []any{object{"type": "divider"}}})
	if got["ok"] != true || got["warning"] != "missing_text_in_message" {
		t.Errorf("got %v", got)
	}
}

func TestForm_IsReadAsJSONIs(t *testing.T) {
	ws := slackemu.New(slackemu.Options{})
	defer ws.Close()
	form := url.Values{"token": {ws.BotToken()}, "channel": {"C0PROD"}, "text": {"hi"}}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/chat.postMessage", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	ws.ServeHTTP(w, r)
	if len(ws.Messages("#platform-prod")) != 1 {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}
