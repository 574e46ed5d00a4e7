package compose

import (
	"context"
	"fmt"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/ops"
)

// retire asks an old container to stop, waits until its requests have ended or
// its grace period has, and removes it. Its log goes with it, as with
// "docker compose up".
func (p *Platform) retire(ctx context.Context, i instance, s ServiceOptions, report func(ops.Progress)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	patience := orDefault(p.options.Drain, i.grace)
	open := p.openConnections(ctx, i, s)
	began := time.Now()
	ended := make(chan error, 1)
	go func() { ended <- p.endGracefully(ctx, i, patience) }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		report(drainProgress(i, open, time.Since(began), patience))
		select {
		case <-tick.C:
		case err := <-ended:
			if err != nil {
				return err
			}
			p.log.WithField("container", i.name).WithField("took", time.Since(began).Round(time.Millisecond)).Info("container stopped")
			return p.remove(ctx, i.id, keepVolumes)
		}
	}
}

// endGracefully asks a container to stop, unless an earlier attempt has: many
// programs take a second signal for an order to drop everything.
func (p *Platform) endGracefully(ctx context.Context, i instance, patience time.Duration) error {
	if i.told.IsZero() {
		return p.stop(ctx, i, patience)
	}
	left := max(patience-time.Since(i.told), 0)
	p.log.WithField("container", i.name).WithField("left", left.Round(time.Second)).Info("container was told to stop already")
	waiting, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	wait := p.engine.ContainerWait(waiting, i.id, client.ContainerWaitOptions{Condition: "not-running"})
	select {
	case <-wait.Result:
		return nil
	case err := <-wait.Error:
		if errdefs.IsNotFound(err) {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return p.stop(ctx, i, 0) // the time is over
	}
}

// stop asks a container to end, and ends it when the grace period is over.
func (p *Platform) stop(ctx context.Context, i instance, grace time.Duration) error {
	timeout := int(grace / time.Second)
	return p.retry(ctx, "stop container "+i.name, func() error {
		_, err := p.engine.ContainerStop(ctx, i.id, client.ContainerStopOptions{Timeout: &timeout})
		if errdefs.IsNotFound(err) {
			return nil
		}
		return err
	})
}

// openConnections is what the container itself says it still serves; nil when it
// does not say.
func (p *Platform) openConnections(ctx context.Context, i instance, s ServiceOptions) *int {
	answer, err := p.ask(ctx, i, s)
	if err != nil {
		return nil
	}
	return answer.Connections
}

func drainProgress(i instance, open *int, elapsed, patience time.Duration) ops.Progress {
	note := fmt.Sprintf("stopping %s: %s of at most %s", i.name, seconds(elapsed), seconds(patience))
	if open != nil && *open > 0 {
		note += fmt.Sprintf(", it had %d open connections", *open)
	}
	share := 1.0
	if patience > 0 {
		share = min(float64(elapsed)/float64(patience), 1)
	}
	return ops.Progress{Fraction: 0.6 + 0.4*share, Note: note}
}
