package compose

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"
)

// markTold notes which containers were asked to stop already, from the engine's
// recent events. The engine remembers 256 of them, so this covers the usual
// case, an attempt that was interrupted a moment ago, and not every one.
func (p *Platform) markTold(ctx context.Context, all []instance) ([]instance, error) {
	var since time.Time
	ids := client.Filters{}.Add("type", string(events.ContainerEventType)).Add("event", string(events.ActionKill))
	for _, i := range all {
		if !i.up() {
			continue
		}
		ids.Add("container", i.id)
		if since.IsZero() || i.started.Before(since) {
			since = i.started
		}
	}
	if since.IsZero() {
		return all, nil
	}
	err := p.retry(ctx, "read the engine's events", func() error {
		return p.eachEvent(ctx, client.EventsListOptions{Since: stamp(since), Until: stamp(time.Now()), Filters: ids}, func(e events.Message) {
			at := time.Unix(0, e.TimeNano)
			n := slices.IndexFunc(all, func(i instance) bool { return i.id == e.Actor.ID })
			if n >= 0 && asksToStop(e) && at.After(all[n].started) && all[n].told.IsZero() {
				all[n].told = at
			}
		})
	})
	return all, err
}

// asksToStop reports whether the signal is one that asks to end: SIGINT, SIGQUIT
// or SIGTERM.
func asksToStop(e events.Message) bool {
	return slices.Contains([]string{"2", "3", "15"}, e.Actor.Attributes["signal"])
}

// eachEvent reads past events to their end.
func (p *Platform) eachEvent(ctx context.Context, o client.EventsListOptions, do func(events.Message)) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	stream := p.engine.Events(ctx, o)
	for {
		select {
		case e := <-stream.Messages:
			do(e)
		case err := <-stream.Err:
			if errors.Is(err, io.EOF) { // all that there was
				return nil
			}
			return err
		}
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
