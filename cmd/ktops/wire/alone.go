package wire

import (
	"context"
	"errors"
	"io"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/journal"
)

// Alone is the service of a command that works without a daemon, on the same
// journal and under the same leases.
type Alone struct {
	*ops.Operator
	// Calendar answers for windows and freezes; nothing opens them here.
	control.Calendar
	// Notices answers for notices; nothing sends them here.
	control.Notices
	Clocks
	journal *journal.Journal
	wiring  *Wiring
}

// OpenAlone opens the journal and makes the environments. Only warnings are
// logged, for a person looks at the same terminal.
func OpenAlone(ctx context.Context, c *config.Config, logs io.Writer) (*Alone, error) {
	log := NewLog(config.Log{Level: "warning", Format: "text"}, logs, Secrets(c))
	a := &Alone{wiring: New(logrus.NewEntry(log)), Clocks: Clocks{func() *config.Config { return c }}}
	var err error
	if a.journal, err = journal.Open(ctx, c.Journal); err != nil {
		return nil, err
	}
	if err := a.open(ctx, c, logrus.NewEntry(log)); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *Alone) open(ctx context.Context, c *config.Config, log *logrus.Entry) error {
	windows, err := OpenScheduler(ctx, a.journal, c, log)
	if err != nil {
		return err
	}
	environments, err := a.wiring.Environments(c, windows)
	if err != nil {
		return err
	}
	a.Operator = ops.NewOperator(ops.OperatorOptions{Journal: a.journal, Leases: a.journal, Environments: environments, Log: log})
	windows.SetOperator(a.Operator)
	a.Calendar = windows
	outbox, err := OpenOutbox(ctx, a.journal, c, notify.Options{Log: log}, noSlack{})
	if err != nil {
		return err
	}
	a.Notices = control.Telling(outbox)
	return nil
}

// Close lets go of the journal and the platforms. Serve must have ended.
func (a *Alone) Close() error { return errors.Join(a.wiring.Close(), a.journal.Close()) }
