package slackemu

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Sign returns the X-Slack-Signature of a body:
// authentication/verifying-requests-from-slack, version v0.
func Sign(secret string, timestamp int64, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%d:%s", timestamp, body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// deliverHTTP posts a delivery to its request URL and reads the answer.
func (ws *Workspace) deliverHTTP(ctx context.Context, d Delivery, try attempt) reply {
	failed := reply{transport: "http", failure: DispatchFailed, retry: "connection_failed"}
	target, body, kind, err := ws.request(d)
	if err != nil || target == "" {
		return failed
	}
	resp, err := ws.post(ctx, target, kind, body, try)
	if err != nil {
		return timedOut(ctx, failed)
	}
	defer func() { _ = resp.Body.Close() }()
	failed.noRetry = resp.Header.Get("X-Slack-No-Retry") == "1"
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxRequestBody))
	switch {
	case err != nil:
		return timedOut(ctx, failed)
	case resp.StatusCode != http.StatusOK:
		failed.retry = "http_error"
		return failed
	}
	return reply{transport: "http", body: answer}
}

func timedOut(ctx context.Context, r reply) reply {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		r.failure, r.retry = OperationTimeout, "http_timeout"
	}
	return r
}

// request says where a delivery goes over HTTP, and as what.
func (ws *Workspace) request(d Delivery) (target string, body []byte, contentType string, err error) {
	ws.mu.Lock()
	urls := ws.urls
	ws.mu.Unlock()
	if d.Kind == kindEvent {
		return urls.Events, d.Payload, "application/json", nil
	}
	target = urls.Interactivity
	if d.Kind == kindCommand {
		target = urls.Commands
	}
	form, err := d.form()
	return target, []byte(form.Encode()), "application/x-www-form-urlencoded", err
}

func (ws *Workspace) post(ctx context.Context, target, contentType string, body []byte, try attempt) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make a request to the app: %w", err)
	}
	now := time.Now().Unix()
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	req.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(now, 10))
	req.Header.Set("X-Slack-Signature", Sign(ws.opts.SigningSecret, now, body))
	if try.number > 0 {
		req.Header.Set("X-Slack-Retry-Num", strconv.Itoa(try.number))
		req.Header.Set("X-Slack-Retry-Reason", try.reason)
	}
	resp, err := ws.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("deliver to the app: %w", err)
	}
	return resp, nil
}

// VerifyEventsURL asks the app to prove that it owns its events URL: apis/events-api,
// url_verification. Slack does so when the URL is entered.
func (ws *Workspace) VerifyEventsURL(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, ackLimit)
	defer cancel()
	const challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
	body, err := json.Marshal(map[string]string{"type": "url_verification", "challenge": challenge})
	if err != nil {
		return fmt.Errorf("write the challenge: %w", err)
	}
	ws.mu.Lock()
	target := ws.urls.Events
	ws.mu.Unlock()
	resp, err := ws.post(ctx, target, "application/json", body, attempt{})
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxRequestBody))
	if err != nil {
		return fmt.Errorf("read the answer to the challenge: %w", err)
	}
	if resp.StatusCode != http.StatusOK || !bytes.Contains(answer, []byte(challenge)) {
		return fmt.Errorf("the app did not answer the challenge: status %d, body %q", resp.StatusCode, answer)
	}
	return nil
}
