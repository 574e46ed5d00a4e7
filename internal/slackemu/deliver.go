package slackemu

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// What a person is told when the app did not take a delivery.
const (
	OperationTimeout = "operation_timeout" // no acknowledgement within 3 s
	DispatchFailed   = "dispatch_failed"   // nobody there, or an answer other than 200
)

// The kinds of delivery, as Socket Mode names them.
const (
	kindCommand     = "slash_commands"
	kindInteractive = "interactive"
	kindEvent       = "events_api"
)

// Delivery is one thing that Slack tells the app.
type Delivery struct {
	ID      string // envelope_id in Socket Mode
	Kind    string // slash_commands, interactive or events_api
	Payload json.RawMessage
}

// Ack is what came back for a delivery, and what the person saw of it.
type Ack struct {
	Delivery  Delivery
	Transport string            // socket or http
	Latency   time.Duration     // from sending to the acknowledgement
	Body      json.RawMessage   // what the app sent with its acknowledgement
	Failure   string            // OperationTimeout, DispatchFailed or, for a modal, what was wrong with the answer
	Shown     *Message          // the message that the acknowledgement put into the channel
	Errors    map[string]string // of a modal that stays open, by block_id
	Confirm   *Confirm          // the dialog that was shown before the action was sent
	Denied    bool              // the dialog was answered with no: nothing was sent
}

// OK tells whether the app acknowledged in time.
func (a Ack) OK() bool { return a.Failure == "" }

// Text is what the acknowledgement showed to the person.
func (a Ack) Text() string {
	if a.Shown == nil {
		return ""
	}
	return a.Shown.Plain()
}

// reply is the raw end of one attempt to deliver.
type reply struct {
	transport string
	body      []byte
	failure   string
	retry     string // X-Slack-Retry-Reason of the next attempt
	noRetry   bool
}

// attempt numbers a delivery; the first is 0.
type attempt struct {
	number int
	reason string
}

// deliver sends d through Socket Mode if a connection is open and over HTTP otherwise.
func (ws *Workspace) deliver(ctx context.Context, d Delivery, try attempt) (Ack, reply) {
	ctx, cancel := ws.untilClosed(ctx)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, ackLimit)
	defer stop()
	begin := time.Now()
	var r reply
	if conn := ws.nextConn(); conn != nil {
		r = ws.deliverSocket(ctx, conn, d, try)
	} else {
		r = ws.deliverHTTP(ctx, d, try)
	}
	ack := Ack{Delivery: d, Transport: r.transport, Latency: time.Since(begin), Body: r.body, Failure: r.failure}
	if ack.OK() {
		ws.mu.Lock()
		ws.acks = append(ws.acks, ack.Latency)
		ws.mu.Unlock()
	}
	return ack, r
}

// Replay delivers the same thing once more, as Slack may: same envelope, same payload.
func (ws *Workspace) Replay(ctx context.Context, d Delivery) Ack {
	ack, _ := ws.deliver(ctx, d, attempt{number: 1, reason: "http_timeout"})
	return ack
}

// Acks returns how long the app took to acknowledge each delivery so far, shortest first.
func (ws *Workspace) Acks() []time.Duration {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	sorted := slices.Clone(ws.acks)
	slices.Sort(sorted)
	return sorted
}

// AckPercentile returns the latency that p percent of the acknowledgements did not exceed.
func (ws *Workspace) AckPercentile(p float64) time.Duration {
	sorted := ws.Acks()
	if len(sorted) == 0 {
		return 0
	}
	rank := int(float64(len(sorted))*p/100 + 0.999999)
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// Event tells the app about something that happened. When the app does not take it, Slack tries
// again: at once, after a minute, after five.
func (ws *Workspace) Event(ctx context.Context, event map[string]any) (Ack, error) {
	ws.mu.Lock()
	envelope, eventID := ws.id("env-"), ws.id("Ev")
	ws.mu.Unlock()
	payload, err := json.Marshal(map[string]any{
		"type": "event_callback", "team_id": teamID, "api_app_id": appID, "event": event,
		"event_id": eventID, "event_time": time.Now().Unix(),
		"authorizations": []any{map[string]any{"team_id": teamID, "user_id": botUserID, "is_bot": true}},
	})
	if err != nil {
		return Ack{}, fmt.Errorf("write the event: %w", err)
	}
	d := Delivery{ID: envelope, Kind: kindEvent, Payload: payload}
	ack, r := ws.deliver(ctx, d, attempt{})
	if !ack.OK() && !r.noRetry && ws.begin() {
		go func() {
			defer ws.owned.Done()
			ws.retry(context.WithoutCancel(ctx), d, r)
		}()
	}
	return ack, nil
}

// retry tries an event again until the app takes it, forbids it, or the tries are used up.
func (ws *Workspace) retry(ctx context.Context, d Delivery, last reply) {
	for i, wait := range eventRetries() {
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ws.closed:
			timer.Stop()
			return
		}
		_, last = ws.deliver(ctx, d, attempt{number: i + 1, reason: last.retry})
		if last.failure == "" || last.noRetry {
			return
		}
	}
}

// form is how a delivery travels over HTTP: commands as a form, interactions as JSON in one.
func (d Delivery) form() (url.Values, error) {
	if d.Kind == kindInteractive {
		return url.Values{"payload": {string(d.Payload)}}, nil
	}
	var fields map[string]string
	if err := json.Unmarshal(d.Payload, &fields); err != nil {
		return nil, fmt.Errorf("read the command's payload: %w", err)
	}
	values := url.Values{}
	for key, value := range fields {
		values.Set(key, value)
	}
	return values, nil
}
