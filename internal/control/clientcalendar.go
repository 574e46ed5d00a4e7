package control

import (
	"context"
	"net/url"
	"strconv"

	"github.com/keeptrusts/ktops/ops"
)

// Zone implements Clocks, as the daemon said hello.
func (c *Client) Zone(environment string) string { return c.hello.Zones[environment] }

// Openings implements Planner.
func (c *Client) Openings(ctx context.Context, environment string, n int) ([]ops.Opening, error) {
	return get[[]ops.Opening](ctx, c, environmentPath(environment, "openings")+"?n="+strconv.Itoa(n))
}

// Windows implements Calendar.
func (c *Client) Windows(ctx context.Context, environment string) ([]ops.WindowState, error) {
	return get[[]ops.WindowState](ctx, c, "/v1/windows?"+url.Values{"environment": {environment}}.Encode())
}

// Occurrences implements Calendar.
func (c *Client) Occurrences(ctx context.Context, environment string, limit int) ([]ops.Occurrence, error) {
	query := url.Values{"environment": {environment}, "limit": {strconv.Itoa(limit)}}
	return get[[]ops.Occurrence](ctx, c, "/v1/occurrences?"+query.Encode())
}

// SkipWindow implements Calendar.
func (c *Client) SkipWindow(ctx context.Context, environment, window string, _ ops.Actor, reason string) (ops.Occurrence, error) {
	return c.steer(ctx, environment, window, "skip", reason)
}

// RunWindow implements Calendar.
func (c *Client) RunWindow(ctx context.Context, environment, window string, _ ops.Actor, reason string) (ops.Occurrence, error) {
	return c.steer(ctx, environment, window, "run", reason)
}

func (c *Client) steer(ctx context.Context, environment, window, what, reason string) (ops.Occurrence, error) {
	return post[ops.Occurrence](ctx, c, environmentPath(environment, "windows/"+url.PathEscape(window)+"/"+what), decision{Reason: reason})
}

// Freezes implements Calendar.
func (c *Client) Freezes(ctx context.Context, environment string) ([]ops.Freeze, error) {
	return get[[]ops.Freeze](ctx, c, "/v1/freezes?"+url.Values{"environment": {environment}}.Encode())
}

// Freeze implements Calendar.
func (c *Client) Freeze(ctx context.Context, f ops.Freeze) (ops.Freeze, error) {
	return post[ops.Freeze](ctx, c, "/v1/freezes", f)
}

// Unfreeze implements Calendar.
func (c *Client) Unfreeze(ctx context.Context, environment, id string, _ ops.Actor) (ops.Freeze, error) {
	return post[ops.Freeze](ctx, c, environmentPath(environment, "freezes/"+url.PathEscape(id)+"/lift"), struct{}{})
}
