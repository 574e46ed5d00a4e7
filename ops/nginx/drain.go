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
	PID     int  `json:"pid"`
	Leaving bool `json:"leaving,omitempty"`
	// Clients are the connections that one which leaves still serves; -1 where they
	// cannot be counted.
	Clients int `json:"clients,omitempty"`
}

// Draining implements ops.Edge: workers from before the edge was closed shut down,
// as Close has seen, and end with their last answer.
func (e *Edge) Draining(ctx context.Context) (ops.Draining, error) {
	workers, err := e.workers(ctx)
	if err != nil {
		return ops.Draining{}, err
	}
	var d ops.Draining
	for _, w := range workers {
		if !w.Leaving {
			continue
		}
		d.Workers++
		if w.Clients < 0 || d.Streams < 0 {
			d.Streams = -1
		} else {
			d.Streams += w.Clients
		}
	}
	return d, nil
}

// workers lists who serves, and counts for those that leave.
func (m *machine) workers(ctx context.Context) ([]worker, error) {
	list, err := m.processes(ctx)
	if err != nil {
		return nil, err
	}
	workers := workersOf(list)
	for i := range workers {
		if w := &workers[i]; w.Leaving {
			w.Clients = clients(w.PID)
		}
	}
	return workers, nil
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
		workers = append(workers, worker{PID: pid, Leaving: strings.HasSuffix(title, leavingSuffix)})
	}
	return workers
}
