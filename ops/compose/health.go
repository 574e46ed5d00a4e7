package compose

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/moby/moby/api/types/container"
)

const (
	// healthyInARow is how many looks in a row must find a new container
	// healthy: one alone may be luck while it still starts.
	healthyInARow = 2
	// askTimeout bounds one request to a health endpoint.
	askTimeout = 5 * time.Second
)

// newHealthClient asks containers directly, without any proxy, and on a fresh
// connection each time: that it can be reached is part of the question.
func newHealthClient() *http.Client {
	return &http.Client{
		Timeout:       askTimeout,
		Transport:     &http.Transport{DisableKeepAlives: true, DialContext: (&net.Dialer{Timeout: askTimeout}).DialContext},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// health tells why a container is not healthy now; nil when it is. Docker's own
// verdict counts where the image has one, and the endpoint must answer in any case.
func (p *Platform) health(ctx context.Context, i instance, s ServiceOptions) error {
	if i.state.Status != container.StateRunning {
		return fmt.Errorf("it is %s", i.state.Status)
	}
	if h := i.state.Health; h != nil && h.Status != container.NoHealthcheck && h.Status != container.Healthy {
		return fmt.Errorf("its HEALTHCHECK says %s", h.Status)
	}
	_, err := p.ask(ctx, i, s)
	return err
}

// healthAnswer is what matters of a health endpoint's answer.
type healthAnswer struct {
	Status      string `json:"status"`
	Connections *int   `json:"connections"`
}

// errMigrating is an endpoint that says why it is not healthy yet.
var errMigrating = errors.New("it migrates")

// ask requests the health endpoint on the container's own address, any of them:
// not every network need be reachable from here.
func (p *Platform) ask(ctx context.Context, i instance, s ServiceOptions) (healthAnswer, error) {
	if len(i.addresses) == 0 {
		return healthAnswer{}, errors.New("it has no address of its own to ask")
	}
	var failures []error
	for _, address := range i.addresses {
		answer, err := p.askAt(ctx, net.JoinHostPort(address.String(), strconv.Itoa(s.Port)), s.HealthPath)
		if err == nil {
			return answer, nil
		}
		failures = append(failures, err)
	}
	return healthAnswer{}, errors.Join(failures...)
}

func (p *Platform) askAt(ctx context.Context, host, path string) (healthAnswer, error) {
	var answer healthAnswer
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+path, nil)
	if err != nil {
		return answer, err
	}
	response, err := p.web.Do(request)
	if err != nil {
		return answer, err
	}
	defer response.Body.Close()
	// A console answers with a page, which has no connections to tell of.
	_ = json.NewDecoder(io.LimitReader(response.Body, 1<<16)).Decode(&answer)
	if response.StatusCode >= http.StatusBadRequest {
		err := fmt.Errorf("http://%s%s answers %s", host, path, response.Status)
		if answer.Status == "migrating" {
			err = fmt.Errorf("%w: %w", errMigrating, err)
		}
		return answer, err
	}
	return answer, nil
}

// patience is how often a new container is looked at, and for how long.
type patience struct {
	interval, limit time.Duration
	// healthy tells why a container is not healthy; nil when it is.
	healthy func(context.Context, instance, ServiceOptions) error
	// busy is asked when the limit is over: while the container is busy for a good
	// reason, the limit begins anew. Nil for never.
	busy func(ctx context.Context, why error, since time.Duration) bool
}

// unhurried is the patience of a container that starts beside those that serve.
func (p *Platform) unhurried() patience {
	return patience{interval: p.options.HealthInterval, limit: p.options.HealthTimeout, healthy: p.health}
}

// notHealthy is a container that was seen to end, or not to become healthy in time.
type notHealthy struct{ error }

func (e notHealthy) Unwrap() error { return e.error }

// awaitHealthy waits until a container was found healthy several times in a row.
// It gives up at once when the container ends or is restarted. A failure of the container
// is a notHealthy, one to look at it is not.
func (p *Platform) awaitHealthy(ctx context.Context, i instance, s ServiceOptions, patient patience, note func(string)) error {
	deadline := time.NewTimer(patient.limit)
	defer deadline.Stop()
	tick := time.NewTicker(patient.interval)
	defer tick.Stop()
	began, restarts, inARow := time.Now(), i.restarts, 0
	for {
		now, err := p.look(ctx, i)
		if err != nil {
			return err
		}
		if err := ended(now, restarts); err != nil {
			return notHealthy{err}
		}
		why := patient.healthy(ctx, now, s)
		if why == nil {
			inARow++
		} else {
			inARow = 0
		}
		if inARow == healthyInARow {
			return nil
		}
		note(waiting(i, why, time.Since(began)))
		select {
		case <-tick.C:
		case <-deadline.C:
			if patient.busy == nil || !patient.busy(ctx, why, time.Since(began)) {
				return notHealthy{fmt.Errorf("it was not healthy within %s: %w", seconds(time.Since(began)), orHealthy(why))}
			}
			deadline.Reset(patient.limit)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *Platform) look(ctx context.Context, i instance) (now instance, err error) {
	err = p.retry(ctx, "inspect container "+i.name, func() error {
		now, err = p.inspect(ctx, i.id)
		return err
	})
	return now, err
}

// ended says that a container does not run on its own any more.
func ended(i instance, restarts int) error {
	switch {
	case !i.up():
		return fmt.Errorf("it ended with exit code %d%s", i.state.ExitCode, outOfMemory(i))
	case i.state.Restarting:
		return fmt.Errorf("it ended with exit code %d and was restarted%s", i.state.ExitCode, outOfMemory(i))
	case i.restarts > restarts: // it runs again, so how it ended is not known
		return fmt.Errorf("it ended and was restarted%s", outOfMemory(i))
	}
	return nil
}

func outOfMemory(i instance) string {
	if i.state.OOMKilled {
		return " after it had used up its memory"
	}
	return ""
}

func waiting(i instance, why error, since time.Duration) string {
	if why == nil {
		return fmt.Sprintf("%s is healthy, looking once more", i.name)
	}
	return fmt.Sprintf("waiting %s for %s to become healthy", seconds(since), i.name)
}

func orHealthy(why error) error {
	if why == nil {
		return errors.New("it became healthy only at the very end")
	}
	return why
}

func seconds(d time.Duration) string {
	if n := int(d.Round(time.Second) / time.Second); n != 1 {
		return fmt.Sprintf("%d seconds", n)
	}
	return "1 second"
}
