package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/keeptrusts/ktops/notify"
)

const (
	// tryLimit is how long one post may take, its answer included.
	tryLimit = 30 * time.Second
	// mostAnswer is how much of an answer is read: nothing in it counts.
	mostAnswer = 64 << 10
	// mostRedirects are followed, on the same host.
	mostRedirects = 3
	// longestWait bounds what a Retry-After can ask for.
	longestWait = 24 * time.Hour
)

// Endpoint is an address that takes notices.
type Endpoint struct {
	URL    string
	Secret string // that signs what is posted
	// Transport carries requests; nil: as the http package does.
	Transport http.RoundTripper
}

// Channel posts notices to an address.
type Channel struct {
	endpoint Endpoint
	host     string
	client   *http.Client
}

// New is the channel to an address.
func New(e Endpoint) (*Channel, error) {
	address, err := url.Parse(e.URL)
	if err != nil || address.Host == "" || (address.Scheme != "http" && address.Scheme != "https") {
		return nil, errors.New("read the address of a webhook: it must be one of http:// or https://") // it may hold a secret
	}
	if e.Secret == "" {
		return nil, fmt.Errorf("the webhook at %s has no secret to sign with", address.Host)
	}
	if e.Transport == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.DisableKeepAlives = true // notices are rare
		e.Transport = transport
	}
	return &Channel{endpoint: e, host: address.Host,
		client: &http.Client{Transport: e.Transport, Timeout: tryLimit, CheckRedirect: stayOnHost}}, nil
}

// stayOnHost follows a redirect that posts to the same host again; any other is the
// answer, for what is signed for one receiver is none of another's business.
func stayOnHost(next *http.Request, before []*http.Request) error {
	first := before[0]
	if next.URL.Host != first.URL.Host || next.URL.Scheme != first.URL.Scheme || next.Method != http.MethodPost || len(before) > mostRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

// Send posts the message.
func (c *Channel) Send(ctx context.Context, m notify.Message) error {
	text, err := write(m)
	if err != nil {
		return notify.Permanent(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint.URL, bytes.NewReader(text))
	if err != nil {
		return notify.Permanent(c.trouble(err))
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "ktops")
	request.Header.Set(KeyHeader, m.Key+"/"+string(m.Audience))
	sign(request.Header, c.endpoint.Secret, time.Now(), text)
	answer, err := c.client.Do(request)
	if err != nil {
		return c.trouble(err)
	}
	defer answer.Body.Close()
	// Whether it can be read to its end makes no difference to what the status says.
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, mostAnswer))
	return c.judge(answer)
}

// judge tells by its status whether the notice was taken.
func (c *Channel) judge(answer *http.Response) error {
	code := answer.StatusCode
	err := fmt.Errorf("post to the webhook at %s: it answers %s", c.host, answer.Status)
	switch {
	case code >= 200 && code < 300:
		return nil
	case code >= 300 && code < 400:
		return fmt.Errorf("%w, which leads elsewhere; write the right address into ktops.yaml", err)
	case code >= 500, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code == http.StatusTooEarly:
		return notify.RetryAfter(err, wait(answer.Header.Get("Retry-After")))
	}
	return notify.Permanent(err)
}

// wait is how long a Retry-After asks for: seconds, or until a date (RFC 9110, 10.2.3).
func wait(text string) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(seconds, 0), int(longestWait/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(time.Until(at), 0), longestWait)
	}
	return 0
}

// trouble tells an error without the address, whose path may be a secret.
func (c *Channel) trouble(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return fmt.Errorf("post to the webhook at %s: %w", c.host, err)
}
