package ops

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// Drill is what restoring a backup to the side has shown.
type Drill struct {
	File   string        `json:"file"`
	Took   time.Duration `json:"took"`
	Tables int           `json:"tables"`
	Rows   int64         `json:"rows"`
	// Bytes is what the restored database takes.
	Bytes  int64     `json:"bytes"`
	Checks []Finding `json:"checks"`
}

// failure is the first check that failed; nil when the backup is good.
func (d Drill) failure() error {
	for _, f := range d.Checks {
		if f.Level == Fail {
			return fmt.Errorf("%s: %s", f.Check, f.Fact)
		}
	}
	return nil
}

// Drill restores a backup beside the live database, looks at it and drops it, under
// the environment's lease. An empty name is the newest verified backup.
func (o *Operator) Drill(ctx context.Context, environment, name string, by Actor, report func(Progress)) (Drill, error) {
	env, err := o.environment(environment)
	if err != nil {
		return Drill{}, err
	}
	if err := o.mayRequest(ctx, env, by); err != nil {
		return Drill{}, err
	}
	var drill Drill
	err = o.underLease(ctx, env, func(ctx context.Context) (err error) {
		drill, err = env.Backups.Drill(ctx, name, report)
		return err
	})
	o.tell("restore drill", environment, by, cmp.Or(drill.File, name), errors.Join(err, drill.failure()))
	return drill, err
}
