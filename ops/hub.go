package ops

import (
	"context"
	"sync"
	"time"
)

// hub passes updates to watchers. It never blocks the runner: each watcher keeps
// only the newest update of each run until it reads.
type hub struct {
	mu       sync.Mutex
	watchers map[*watcher]struct{}
	open     map[string]Update // the newest update of each open run
}

type watcher struct {
	run     string // empty: all
	pending map[string]Update
	order   []string
	ready   chan struct{}
}

func newHub() *hub { return &hub{watchers: map[*watcher]struct{}{}, open: map[string]Update{}} }

func (h *hub) publish(u Update) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if u.Run.State.Open() {
		h.open[u.Run.ID] = u
	} else {
		delete(h.open, u.Run.ID)
	}
	h.tell(u)
}

// progress publishes how far the current step of an open run is.
func (h *hub) progress(run string, p Progress) {
	h.mu.Lock()
	defer h.mu.Unlock()
	u, ok := h.open[run]
	if !ok {
		return
	}
	u.Progress, u.Remaining = p, remaining(u.Run, p)
	h.open[run] = u
	h.tell(u)
}

// latest is the newest that is known of an open run, and how long it still takes.
func (h *hub) latest(run Run) (Run, time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if u, ok := h.open[run.ID]; ok {
		return u.Run, u.Remaining
	}
	return run, remaining(run, Progress{})
}

func (h *hub) tell(u Update) {
	for w := range h.watchers {
		if w.run != "" && w.run != u.Run.ID {
			continue
		}
		if _, ok := w.pending[u.Run.ID]; !ok {
			w.order = append(w.order, u.Run.ID)
		}
		w.pending[u.Run.ID] = u
		select {
		case w.ready <- struct{}{}:
		default:
		}
	}
}

func (h *hub) watch(ctx context.Context, run string) <-chan Update {
	w := &watcher{run: run, pending: map[string]Update{}, ready: make(chan struct{}, 1)}
	h.mu.Lock()
	h.watchers[w] = struct{}{}
	h.mu.Unlock()
	out := make(chan Update)
	go func() {
		defer close(out)
		defer h.remove(w)
		for {
			select {
			case <-ctx.Done():
				return
			case <-w.ready:
			}
			for _, u := range h.take(w) {
				select {
				case out <- u:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out
}

func (h *hub) take(w *watcher) []Update {
	h.mu.Lock()
	defer h.mu.Unlock()
	updates := make([]Update, 0, len(w.order))
	for _, id := range w.order {
		updates = append(updates, w.pending[id])
	}
	clear(w.pending)
	w.order = w.order[:0]
	return updates
}

func (h *hub) remove(w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.watchers, w)
}
