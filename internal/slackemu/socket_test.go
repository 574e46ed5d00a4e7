package slackemu_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/internal/slackemu"
)

// dial opens a Socket Mode connection by hand and reads hello.
func dial(t *testing.T, api *slack.Client) *websocket.Conn {
	t.Helper()
	_, url, err := api.StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil { // a test fails rather than waits
		t.Fatal(err)
	}
	var hello struct{ Type string }
	if err := conn.ReadJSON(&hello); err != nil || hello.Type != "hello" {
		t.Fatalf("first message %+v, %v; want hello", hello, err)
	}
	return conn
}

func TestSocket_ReconnectsWhenAskedToRefresh(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	a := &app{}
	a.listen(t, ws, api)
	if n := ws.Disconnect(slackemu.Refresh); n != 1 {
		t.Fatalf("%d connections were open, want 1", n)
	}
	if err := ws.WaitConnected(soon(t)); err != nil {
		t.Fatal(err)
	}
	if ack, err := ws.Type(t.Context(), "alice", "#platform-prod", "/keeptrusts status"); err != nil || !ack.OK() {
		t.Errorf("after the refresh: %+v, %v", ack, err)
	}
}

func TestSocket_WarningLeavesTheConnectionRefreshEndsIt(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	conn := dial(t, api)
	for _, step := range []struct {
		how  slackemu.Disconnect
		left int
	}{{slackemu.Warning, 1}, {slackemu.Refresh, 0}} {
		ws.Disconnect(step.how)
		if got := ws.Connections(); got != step.left {
			t.Errorf("after %s: %d connections, want %d", step.how, got, step.left)
		}
		var told struct{ Type, Reason string }
		if err := conn.ReadJSON(&told); err != nil || told.Type != "disconnect" || told.Reason != string(step.how) {
			t.Errorf("the app was told %+v, %v", told, err)
		}
	}
	var closed *websocket.CloseError
	if _, _, err := conn.ReadMessage(); !errors.As(err, &closed) {
		t.Errorf("after a refresh the connection goes on: %v", err)
	}
}

func TestSocket_TicketWorksOnce(t *testing.T) {
	_, api := start(t, slackemu.Options{})
	_, url, err := api.StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false} {
		conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil)
		if (err == nil) != want {
			t.Errorf("dial %d: %v", i+1, err)
		}
		if resp != nil {
			_ = resp.Body.Close()
		}
		if conn != nil {
			_ = conn.Close()
		}
	}
}

func TestSocket_AckOver20KBEndsTheConnection(t *testing.T) {
	for size, want := range map[int]bool{20_480: true, 20_481: false} {
		ws, api := start(t, slackemu.Options{})
		conn := dial(t, api)
		acked := make(chan slackemu.Ack, 1)
		go func() {
			ack, _ := ws.Type(t.Context(), "alice", "#platform-prod", "/keeptrusts status")
			acked <- ack
		}()
		var envelope struct {
			ID string `json:"envelope_id"`
		}
		if err := conn.ReadJSON(&envelope); err != nil {
			t.Fatal(err)
		}
		frame := encode(map[string]any{"envelope_id": envelope.ID, "payload": map[string]string{"text": "PAD"}})
		frame = strings.Replace(frame, "PAD", strings.Repeat("x", size-len(frame)+len("PAD")), 1)
		if err := conn.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
			t.Fatal(err)
		}
		if ack := <-acked; ack.OK() != want {
			t.Errorf("an acknowledgement of %d bytes: %+v", size, ack)
		}
		if want {
			continue
		}
		var closed *websocket.CloseError
		if _, _, err := conn.ReadMessage(); !errors.As(err, &closed) || closed.Code != websocket.CloseMessageTooBig {
			t.Errorf("the connection ended with %v, want close 1009", err)
		}
	}
}

func TestSocket_TenConnectionsAtMost(t *testing.T) {
	ws, api := start(t, slackemu.Options{RateFactor: 10})
	for range 10 {
		dial(t, api)
	}
	_, url, err := api.StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil)
	if err == nil {
		_ = conn.Close()
		t.Error("an eleventh connection was taken")
	}
	_ = resp.Body.Close()
	if ws.Connections() != 10 {
		t.Errorf("%d connections", ws.Connections())
	}
}

func TestSocket_AnAckMayComeOnAnotherConnection(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	first, second := dial(t, api), dial(t, api)
	acked := make(chan slackemu.Ack, 1)
	go func() {
		ack, _ := ws.Type(t.Context(), "alice", "#platform-prod", "/keeptrusts status")
		acked <- ack
	}()
	envelopes := make(chan string, 2)
	read := func(conn *websocket.Conn) {
		var e struct {
			ID string `json:"envelope_id"`
		}
		if conn.ReadJSON(&e) == nil {
			envelopes <- e.ID
		}
	}
	go read(first)
	go read(second)
	id := <-envelopes
	for _, conn := range []*websocket.Conn{first, second} { // the one that did not get it, too
		if err := conn.WriteJSON(map[string]any{"envelope_id": id}); err != nil {
			t.Fatal(err)
		}
	}
	if ack := <-acked; !ack.OK() || ack.Transport != "socket" {
		t.Errorf("%+v", ack)
	}
}

func TestSocket_EnvelopeSaysThatAPayloadIsWelcome(t *testing.T) {
	ws, api := start(t, slackemu.Options{})
	conn := dial(t, api)
	go func() { _, _ = ws.Type(t.Context(), "alice", "#platform-prod", "/keeptrusts status") }()
	_, raw, err := conn.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	var e map[string]any
	if err := json.Unmarshal(raw, &e); err != nil || e["accepts_response_payload"] != true || e["type"] != "slash_commands" {
		t.Errorf("%s, %v", raw, err)
	}
}
