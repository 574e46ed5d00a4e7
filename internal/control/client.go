package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// ErrNoDaemon means that no daemon serves the socket.
var ErrNoDaemon = errors.New("no ktops daemon is running")

// helloTimeout is how long a daemon may take to say hello.
const helloTimeout = 5 * time.Second

// Client talks to the daemon of this machine. It holds no connection that is not
// in use, so it also finds a daemon that was restarted.
type Client struct {
	http  *http.Client
	hello Hello
}

// Dial finds the daemon behind the socket; ErrNoDaemon when there is none.
func Dial(ctx context.Context, socket string) (*Client, error) {
	c := &Client{http: &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}}
	ctx, cancel := context.WithTimeout(ctx, helloTimeout)
	defer cancel()
	hello, err := get[Hello](ctx, c, "/v1/hello")
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return nil, ErrNoDaemon
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("a ktops daemon serves %s, but you may not use it: join the socket's group, or use sudo", socket)
	case err != nil:
		return nil, fmt.Errorf("greet the daemon at %s: %w", socket, err)
	case hello.Protocol != Protocol:
		return nil, fmt.Errorf("the daemon is ktops %s, which speaks to other commands than these: restart it after an update", hello.Version)
	}
	c.hello = hello
	return c, nil
}

// Hello is what the daemon said of itself.
func (c *Client) Hello() Hello { return c.hello }

// Reload asks the daemon to read its configuration again.
func (c *Client) Reload(ctx context.Context) (Reloaded, error) {
	return post[Reloaded](ctx, c, "/v1/reload", struct{}{})
}

// Environments are the daemon's, as it said hello.
func (c *Client) Environments() []string { return c.hello.Environments }

// Plan implements Planner.
func (c *Client) Plan(ctx context.Context, req ops.Request) (ops.Plan, error) {
	return post[ops.Plan](ctx, c, "/v1/plan", req)
}

// Advise implements Planner.
func (c *Client) Advise(ctx context.Context, environment, run string) (ops.Advice, error) {
	return get[ops.Advice](ctx, c, environmentPath(environment, "advice?"+url.Values{"run": {run}}.Encode()))
}

// Propose implements Planner. Who asks is whose process this is.
func (c *Client) Propose(ctx context.Context, req ops.Request) (ops.Run, error) {
	return post[ops.Run](ctx, c, "/v1/runs", req)
}

// Approve implements Decider.
func (c *Client) Approve(ctx context.Context, id string, a ops.Approval) (ops.Run, error) {
	return c.decide(ctx, id, "approve", decision{Reason: a.Reason, BreakGlass: a.BreakGlass, Opening: a.Opening})
}

// Reject implements Decider.
func (c *Client) Reject(ctx context.Context, id string, _ ops.Actor, reason string) (ops.Run, error) {
	return c.decide(ctx, id, "reject", decision{Reason: reason})
}

// Hold implements Decider.
func (c *Client) Hold(ctx context.Context, id string, _ ops.Actor, reason string) (ops.Run, error) {
	return c.decide(ctx, id, "hold", decision{Reason: reason})
}

// Abort implements Decider.
func (c *Client) Abort(ctx context.Context, id string, _ ops.Actor, reason string) (ops.Run, error) {
	return c.decide(ctx, id, "abort", decision{Reason: reason})
}

// Resume implements Decider.
func (c *Client) Resume(ctx context.Context, id string, _ ops.Actor) (ops.Run, error) {
	return c.decide(ctx, id, "resume", decision{})
}

// Reopen implements Decider.
func (c *Client) Reopen(ctx context.Context, environment string, _ ops.Actor, reason string) (ops.Run, error) {
	return post[ops.Run](ctx, c, environmentPath(environment, "reopen"), decision{Reason: reason})
}

func (c *Client) decide(ctx context.Context, id, what string, body decision) (ops.Run, error) {
	return post[ops.Run](ctx, c, "/v1/runs/"+url.PathEscape(id)+"/"+what, body)
}

// Status implements Viewer.
func (c *Client) Status(ctx context.Context, environment string) (ops.Status, error) {
	return get[ops.Status](ctx, c, environmentPath(environment, "status"))
}

// History implements Viewer.
func (c *Client) History(ctx context.Context, environment string, limit int) ([]ops.Run, error) {
	query := url.Values{"environment": {environment}, "limit": {strconv.Itoa(limit)}}
	return get[[]ops.Run](ctx, c, "/v1/runs?"+query.Encode())
}

// Run implements Viewer.
func (c *Client) Run(ctx context.Context, id string) (ops.Run, error) {
	return get[ops.Run](ctx, c, "/v1/runs/"+url.PathEscape(id))
}

// Events implements Viewer.
func (c *Client) Events(ctx context.Context, id string, after int) ([]ops.Event, error) {
	return get[[]ops.Event](ctx, c, "/v1/runs/"+url.PathEscape(id)+"/events?after="+strconv.Itoa(after))
}

// Verify implements Keeper.
func (c *Client) Verify(ctx context.Context, environment string) (ops.Report, error) {
	return post[ops.Report](ctx, c, environmentPath(environment, "verify"), struct{}{})
}

// Backups implements Keeper.
func (c *Client) Backups(ctx context.Context, environment string) ([]ops.Backup, error) {
	return get[[]ops.Backup](ctx, c, environmentPath(environment, "backups"))
}

// Retention implements Keeper.
func (c *Client) Retention(ctx context.Context, environment string) (ops.Retention, error) {
	return get[ops.Retention](ctx, c, environmentPath(environment, "backups/retention"))
}

// Prune implements Keeper.
func (c *Client) Prune(ctx context.Context, environment string, _ ops.Actor) (ops.Retention, error) {
	return post[ops.Retention](ctx, c, environmentPath(environment, "backups/prune"), struct{}{})
}

// Unlock implements Keeper.
func (c *Client) Unlock(ctx context.Context, environment string, _ ops.Actor, reason string) (ops.Lease, error) {
	return post[ops.Lease](ctx, c, environmentPath(environment, "unlock"), decision{Reason: reason})
}

func environmentPath(environment, what string) string {
	return "/v1/environments/" + url.PathEscape(environment) + "/" + what
}

func get[T any](ctx context.Context, c *Client, path string) (T, error) {
	return call[T](ctx, c, http.MethodGet, path, nil)
}

func post[T any](ctx context.Context, c *Client, path string, body any) (T, error) {
	text, err := json.Marshal(body)
	if err != nil {
		var none T
		return none, fmt.Errorf("write the request: %w", err)
	}
	return call[T](ctx, c, http.MethodPost, path, bytes.NewReader(text))
}

func call[T any](ctx context.Context, c *Client, method, path string, body io.Reader) (T, error) {
	var got answer[T]
	response, err := c.send(ctx, method, path, body)
	if err != nil {
		return got.Result, err
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		return got.Result, lost(ctx, err)
	}
	return got.Result, got.Error.err()
}

// send asks the daemon. It answers every request that it knows with JSON.
func (c *Client) send(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://ktops"+path, body)
	if err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, lost(ctx, err)
	}
	if kind := response.Header.Get("Content-Type"); kind != "application/json" && kind != "application/x-ndjson" {
		return nil, errors.Join(fmt.Errorf("the daemon answered %s to %s: restart it after an update", response.Status, path), response.Body.Close())
	}
	return response, nil
}

// lost is why no answer came.
func lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var transport *url.Error
	if errors.As(err, &transport) {
		err = transport.Err
	}
	return fmt.Errorf("the daemon went away before it answered: %w", err)
}
