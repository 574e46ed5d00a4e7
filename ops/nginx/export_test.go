package nginx

import (
	"context"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Hurry lets commands and the proof take no longer than this.
func (e *Edge) Hurry(limit time.Duration) {
	e.patience = limit
	switch h := e.host.(type) {
	case *machine:
		h.patience = limit
	case agent:
		h.patience = limit
		e.host = h
	}
}

// Step has every request to the host announced, by its number and what it is about;
// an error is the host's answer, as if the process had died there.
func (e *Edge) Step(announce func(n int, what string) error) {
	e.host = &stepping{host: e.host, announce: announce}
}

type stepping struct {
	host
	announce func(n int, what string) error
	n        int
}

func (s *stepping) ask(ctx context.Context, r request) (answer, error) {
	s.n++
	if err := s.announce(s.n, r.Do+" "+r.File); err != nil {
		return answer{}, err
	}
	return s.host.ask(ctx, r)
}

// Page is what people read at the edge while it is closed so.
func (e *Edge) Page(c ops.Closure) ([]byte, error) { return e.page(c) }
