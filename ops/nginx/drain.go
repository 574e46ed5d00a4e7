package nginx

import (
	"context"
	"strconv"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// How nginx titles its workers (src/os/unix/ngx_process_cycle.c).
const (
	workerTitle   = "nginx: worker process"
	leavingSuffix = "is shutting down"
)

// worker is one process of nginx that serves.
type worker struct {
	pid     int
	leaving bool
}

// Draining implements ops.Edge: workers from before the edge was closed shut down,
// as Close has seen, and end with their last answer. Streams are counted where this machine shows their
// connections.
func (e *Edge) Draining(ctx context.Context) (ops.Draining, error) {
	out, err := e.run(ctx, e.options.Workers)
	if err != nil {
		return ops.Draining{}, err
	}
	var d ops.Draining
	for _, w := range workersOf(out) {
		if !w.leaving {
			continue
		}
		d.Workers++
		if n := clients(w.pid); n < 0 || d.Streams < 0 {
			d.Streams = -1
		} else {
			d.Streams += n
		}
	}
	return d, nil
}

// serving are the workers that take callers now.
func (e *Edge) serving(ctx context.Context) ([]int, error) {
	out, err := e.run(ctx, e.options.Workers)
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, w := range workersOf(out) {
		pids = append(pids, w.pid)
	}
	return pids, nil
}

// workersOf reads a list of processes: each line a number, then the title.
func workersOf(list string) []worker {
	var workers []worker
	for line := range strings.Lines(list) {
		number, title, ok := strings.Cut(strings.TrimSpace(line), " ")
		pid, err := strconv.Atoi(number)
		title = strings.TrimSpace(title)
		if !ok || err != nil || pid <= 0 || !strings.HasPrefix(title, workerTitle) {
			continue
		}
		workers = append(workers, worker{pid, strings.HasSuffix(title, leavingSuffix)})
	}
	return workers
}
