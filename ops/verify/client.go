package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// answerLimit bounds one request to Keeptrusts.
	answerLimit = 10 * time.Second
	// bodyLimit is how much of an answer is read.
	bodyLimit = 1 << 20
)

// Secret gives a token when it is needed, so that it is in no struct that could
// be printed. It is nil where no token is configured.
type Secret func() string

// newClient asks on a fresh connection each time and follows no redirect: what
// answers is what was asked.
func newClient(door Door) *http.Client {
	return &http.Client{
		Timeout: answerLimit,
		Transport: door.through(&http.Transport{
			DisableKeepAlives: true, DialContext: (&net.Dialer{Timeout: answerLimit}).DialContext,
		}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// request is one request with a token where there is one.
func request(ctx context.Context, method, address, body string, token Secret) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != nil {
		r.Header.Set("Authorization", "Bearer "+token())
	}
	return r, nil
}

// get asks an endpoint and wants 200.
func (k *Keeptrusts) get(ctx context.Context, address string, token Secret) ([]byte, error) {
	r, err := request(ctx, http.MethodGet, address, "", token)
	if err != nil {
		return nil, err
	}
	return k.send(r)
}

func (k *Keeptrusts) send(r *http.Request) ([]byte, error) {
	response, err := k.client.Do(r)
	if err != nil {
		return nil, plain(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, bodyLimit))
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", r.URL.Redacted(), err)
	}
	if response.StatusCode != http.StatusOK {
		return body, fmt.Errorf("%s answers %s", r.URL.Redacted(), response.Status)
	}
	return body, nil
}

// getJSON asks an endpoint for JSON.
func (k *Keeptrusts) getJSON(ctx context.Context, address string, token Secret, into any) error {
	body, err := k.get(ctx, address, token)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s does not answer with JSON: %w", redacted(address), err)
	}
	return nil
}

// redacted is an address without the password that may be in it.
func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the address"
	}
	return u.Redacted()
}

// plain is a transport error without the method and address that net/http puts
// before it twice.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return fmt.Errorf("%s: %w", u.URL, u.Err)
	}
	return err
}
