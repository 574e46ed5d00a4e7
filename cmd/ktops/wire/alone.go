package wire

import (
	"context"
	"errors"
	"io"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/journal"
)

// Alone is the service of a command that works without a daemon, on the same
// journal and under the same leases.
type Alone struct {
	*ops.Operator
	journal *journal.Journal
	wiring  *Wiring
}

// OpenAlone opens the journal and makes the environments. Only warnings are
// logged, for a person looks at the same terminal.
func OpenAlone(ctx context.Context, c *config.Config, logs io.Writer) (*Alone, error) {
	log := NewLog(config.Log{Level: "warning", Format: "text"}, logs, Secrets(c))
	wiring := New(logrus.NewEntry(log))
	environments, err := wiring.Environments(c)
	if err != nil {
		return nil, err
	}
	j, err := journal.Open(ctx, c.Journal)
	if err != nil {
		return nil, err
	}
	operator := ops.NewOperator(ops.OperatorOptions{
		Journal: j, Leases: j, Environments: environments, Log: logrus.NewEntry(log),
	})
	return &Alone{Operator: operator, journal: j, wiring: wiring}, nil
}

// Close lets go of the journal and the platforms. Serve must have ended.
func (a *Alone) Close() error { return errors.Join(a.wiring.Close(), a.journal.Close()) }
