package bot_test

import (
	"context"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Advise counts what is lost as the test has set it, a little more each time it is asked.
func (s *service) Advise(ctx context.Context, environment, run string) (ops.Advice, error) {
	s.note("advise " + environment + " " + run)
	if err := s.observe(ctx); err != nil {
		return ops.Advice{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if run == "" {
		run = "r-aaaaaa"
	}
	if len(s.events[run]) == 0 {
		return ops.Advice{}, ops.Refuse("there is no run \""+run+"\"", "history")
	}
	now := time.Now().UTC()
	lost := ops.Written{Since: now.Add(-2 * time.Hour), Until: now, WAL: 9 << 20, Newest: now, NewestIn: "events",
		Tables: []ops.TableWrites{{Table: "events", Writes: ops.Writes{Inserted: s.lost - 4, Updated: 4}}}}
	a := ops.Advice{
		Environment: environment, At: now, Run: run, From: ops.Version{Major: 2, Minor: 5}, To: ops.Version{Major: 2, Minor: 4, Patch: 3},
		Choices: []ops.Choice{
			{Way: ops.BackByImages, Why: "2.4.3 cannot start on a schema with migration 12"},
			{Way: ops.BackBySnapshot, Possible: true, Why: "the snapshot of the upgrade is kept", ReturnsTo: lost.Since, Lost: &lost,
				Takes: 40 * time.Second, Closed: 12 * time.Second, Approvals: 2, Afterwards: []string{"the five checks"}},
		},
	}
	if s.gone {
		a.Choices[1].Possible, a.Choices[1].Why = false, "the snapshot was pruned"
	}
	return a, nil
}
