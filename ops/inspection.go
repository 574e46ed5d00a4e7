package ops

import (
	"cmp"
	"context"
	"errors"
)

// Restored is a backup that was restored into a database of its own, to be looked at.
type Restored struct {
	// Drill is what the restore has shown.
	Drill
	// Database is where it is. It stays until somebody drops it.
	Database string `json:"database"`
	// Connect and Drop are the commands that open and remove it.
	Connect []string `json:"connect"`
	Drop    []string `json:"drop"`
}

// RestoreInto restores a backup into a new database, for people to look at, under the
// environment's lease. The live database is not touched.
func (o *Operator) RestoreInto(ctx context.Context, environment, file, into string, by Actor, report func(Progress)) (Restored, error) {
	env, err := o.environment(environment)
	if err != nil {
		return Restored{}, err
	}
	if err := o.mayRequest(ctx, env, by); err != nil {
		return Restored{}, err
	}
	var restored Restored
	err = o.underLease(ctx, env, func(ctx context.Context) (err error) {
		restored, err = env.Backups.RestoreInto(ctx, file, into, report)
		return err
	})
	o.tell("restore for inspection into "+into, environment, by, cmp.Or(restored.File, file), errors.Join(err, restored.failure()))
	return restored, err
}
