package cli

import (
	"context"
	"os"
	"sync"
)

// interrupts gives each Ctrl-C to whoever watches a run, or else ends the
// command.
type interrupts struct {
	cancel context.CancelFunc
	taken  chan struct{}

	mu       sync.Mutex
	watching bool
}

func newInterrupts(cancel context.CancelFunc) *interrupts {
	return &interrupts{cancel: cancel, taken: make(chan struct{}, 1)}
}

// listen passes signals on until ctx ends; the channel is closed then.
func (i *interrupts) listen(ctx context.Context, signals <-chan os.Signal) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-signals:
				i.deliver()
			}
		}
	}()
	return done
}

func (i *interrupts) deliver() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.watching {
		i.cancel()
		return
	}
	select {
	case i.taken <- struct{}{}:
	default:
	}
}

// take gives the interrupts to the caller until it gives them back.
func (i *interrupts) take() (<-chan struct{}, func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.watching = true
	return i.taken, func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.watching = false
	}
}
