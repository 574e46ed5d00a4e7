package slackemu

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// socketConn is one Socket Mode connection of the app.
type socketConn struct {
	conn  *websocket.Conn
	write sync.Mutex    // a websocket takes one writer at a time
	gone  chan struct{} // closed when nothing is delivered to it any more
	ended chan struct{} // closed when the app's side has ended too
	once  sync.Once
}

// envelope is what travels to the app: apis/events-api/using-socket-mode.
type envelope struct {
	Type            string          `json:"type"`
	EnvelopeID      string          `json:"envelope_id"`
	Payload         json.RawMessage `json:"payload"`
	AcceptsResponse bool            `json:"accepts_response_payload"`
	RetryAttempt    int             `json:"retry_attempt,omitempty"`
	RetryReason     string          `json:"retry_reason,omitempty"`
}

// acknowledgement is what comes back.
type acknowledgement struct {
	EnvelopeID string          `json:"envelope_id"`
	Payload    json.RawMessage `json:"payload"`
}

// connectionsOpen is apps.connections.open: it answers a websocket address that works once.
func (ws *Workspace) connectionsOpen(args) (answer, *apiError) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ticket := ws.id("ticket-")
	ws.tickets[ticket] = true
	address := "ws" + strings.TrimPrefix(ws.base, "http") + "/link/?ticket=" + ticket + "&app_id=" + appID
	return answer{"url": address}, nil
}

func (ws *Workspace) serveSocket(w http.ResponseWriter, r *http.Request) {
	ws.mu.Lock()
	ticket := r.URL.Query().Get("ticket")
	valid, crowded := ws.tickets[ticket], len(ws.conns) >= maxSocketConns
	delete(ws.tickets, ticket)
	ws.mu.Unlock()
	if !valid || crowded {
		http.Error(w, "the ticket is used, or too many connections are open", http.StatusForbidden)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	c := &socketConn{conn: conn, gone: make(chan struct{}), ended: make(chan struct{})}
	defer close(c.ended)
	defer c.hangUp()
	if ws.greet(c) != nil {
		return
	}
	defer ws.forget(c)
	ws.owned.Go(c.pingUntilGone)
	ws.listen(c)
}

// greet sends hello and counts the connection, in this order: an app that read hello is connected.
func (ws *Workspace) greet(c *socketConn) error {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	select {
	case <-ws.closed:
		return http.ErrServerClosed // Close has not seen this connection and would wait for it
	default:
	}
	err := c.send(map[string]any{
		"type": "hello", "num_connections": len(ws.conns) + 1, "connection_info": map[string]string{"app_id": appID},
		"debug_info": map[string]any{"host": "slackemu", "approximate_connection_time": 18060},
	})
	if err != nil {
		return err
	}
	ws.conns = append(ws.conns, c)
	ws.touch()
	return nil
}

// listen reads acknowledgements until the connection ends.
func (ws *Workspace) listen(c *socketConn) {
	c.conn.SetReadLimit(maxSocketFrame)
	for {
		_, message, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		var a acknowledgement
		if json.Unmarshal(message, &a) != nil {
			continue
		}
		ws.mu.Lock()
		waiting := ws.pending[a.EnvelopeID]
		delete(ws.pending, a.EnvelopeID)
		ws.mu.Unlock()
		if waiting != nil {
			waiting <- reply{transport: "socket", body: a.Payload}
		}
	}
}

// forget delivers nothing to the connection from now on.
func (ws *Workspace) forget(c *socketConn) {
	c.leave()
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.conns = slices.DeleteFunc(slices.Clone(ws.conns), func(other *socketConn) bool { return other == c })
	ws.touch()
}

// nextConn returns one of the open connections, each in its turn, or nil.
func (ws *Workspace) nextConn() *socketConn {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if len(ws.conns) == 0 {
		return nil
	}
	ws.connTurn++
	return ws.conns[ws.connTurn%len(ws.conns)]
}

// deliverSocket sends an envelope and waits for its acknowledgement, on whichever connection.
func (ws *Workspace) deliverSocket(ctx context.Context, c *socketConn, d Delivery, try attempt) reply {
	answered := make(chan reply, 1)
	ws.mu.Lock()
	ws.pending[d.ID] = answered
	ws.mu.Unlock()
	defer func() {
		ws.mu.Lock()
		delete(ws.pending, d.ID)
		ws.mu.Unlock()
	}()
	failed := reply{transport: "socket", failure: DispatchFailed, retry: "connection_failed"}
	err := c.send(envelope{
		Type: d.Kind, EnvelopeID: d.ID, Payload: d.Payload, AcceptsResponse: d.Kind != kindEvent,
		RetryAttempt: try.number, RetryReason: try.reason,
	})
	if err != nil {
		return failed
	}
	select {
	case r := <-answered:
		return r
	case <-c.gone:
		return failed
	case <-ctx.Done():
		failed = timedOut(ctx, failed)
		if failed.failure == OperationTimeout {
			failed.retry = "timeout"
		}
		return failed
	}
}

func (c *socketConn) send(message any) error {
	c.write.Lock()
	defer c.write.Unlock()
	_ = c.conn.SetWriteDeadline(time.Now().Add(ackLimit))
	return c.conn.WriteJSON(message)
}

// pingUntilGone keeps the app's client from giving up, beginning at once.
func (c *socketConn) pingUntilGone() {
	ticker := time.NewTicker(socketPingEvery)
	defer ticker.Stop()
	for {
		deadline := time.Now().Add(ackLimit)
		if c.conn.WriteControl(websocket.PingMessage, []byte("Ping from slackemu"), deadline) != nil {
			c.hangUp()
			return
		}
		select {
		case <-ticker.C:
		case <-c.gone:
			return
		}
	}
}

// leave gives up whatever waits for the connection.
func (c *socketConn) leave() { c.once.Do(func() { close(c.gone) }) }

// hangUp ends the connection without a word.
func (c *socketConn) hangUp() {
	c.leave()
	_ = c.conn.Close()
}

// farewell lets the app end the connection: closed from this side while something of the app
// is unread, TCP would throw away what the app has not read yet.
func (ws *Workspace) farewell(c *socketConn) {
	deadline := time.Now().Add(ackLimit)
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if c.conn.WriteControl(websocket.CloseMessage, goodbye, deadline) != nil || c.conn.SetReadDeadline(deadline) != nil {
		c.hangUp()
	}
	ws.owned.Go(func() {
		select {
		case <-c.ended:
		case <-ws.closed:
			c.hangUp()
		}
	})
}

// Disconnect is how Slack ends a Socket Mode connection.
type Disconnect string

const (
	// Refresh asks the app to connect anew, as Slack does every few hours.
	Refresh Disconnect = "refresh_requested"
	// Warning says that the connection will be refreshed in about ten seconds.
	Warning Disconnect = "warning"
	// LinkDisabled says that Socket Mode was switched off.
	LinkDisabled Disconnect = "link_disabled"
	// Cut ends the connection without a word, as a network does.
	Cut Disconnect = ""
)

// Disconnect ends every Socket Mode connection in the given way, and tells how many there were.
// After a Warning they stay open: it is the app that leaves.
func (ws *Workspace) Disconnect(how Disconnect) int {
	ws.mu.Lock()
	conns := ws.conns
	ws.mu.Unlock()
	for _, c := range conns {
		if how == Cut {
			ws.forget(c)
			c.hangUp()
			continue
		}
		_ = c.send(map[string]any{"type": "disconnect", "reason": how, "debug_info": map[string]string{"host": "slackemu"}})
		if how != Warning {
			ws.forget(c)
			ws.farewell(c)
		}
	}
	return len(conns)
}

// Connections is how many Socket Mode connections are open.
func (ws *Workspace) Connections() int {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return len(ws.conns)
}
