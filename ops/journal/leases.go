package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Acquire takes a free or expired lease; see ops.Leases.
func (j *Journal) Acquire(ctx context.Context, environment, owner string, ttl time.Duration) (ops.Lease, error) {
	if owner == "" {
		return ops.Lease{}, fmt.Errorf("acquire the lease of %s: it needs an owner", environment)
	}
	var lease ops.Lease
	err := j.write(ctx, func(tx *sql.Tx) error {
		present, err := j.lease(ctx, tx, environment)
		if err != nil {
			return err
		}
		now := time.Now().UTC()
		if present.Owner != "" && now.Before(present.Expires) {
			lease = present
			return fmt.Errorf("%w (%s, until %s)", ops.ErrHeld, present.Owner, present.Expires.Format(time.RFC3339))
		}
		lease = ops.Lease{Environment: environment, Owner: owner, Expires: now.Add(ttl)}
		row := tx.QueryRowContext(ctx, j.queries["acquire_lease"], environment, owner, stamp(lease.Expires))
		return row.Scan(&lease.Token)
	})
	if err != nil {
		return lease, fmt.Errorf("acquire the lease of %s: %w", environment, err)
	}
	return lease, nil
}

// Renew extends a lease that nobody took over, even when it ran out meanwhile;
// see ops.Leases.
func (j *Journal) Renew(ctx context.Context, lease ops.Lease, ttl time.Duration) (ops.Lease, error) {
	lease.Expires = time.Now().UTC().Add(ttl)
	err := j.write(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, j.queries["renew_lease"], stamp(lease.Expires), lease.Environment, lease.Owner, lease.Token)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(ops.ErrFenced, err)
		}
		return nil
	})
	if err != nil {
		return ops.Lease{}, fmt.Errorf("renew the lease of %s: %w", lease.Environment, err)
	}
	return lease, nil
}

// Release gives a lease back; see ops.Leases.
func (j *Journal) Release(ctx context.Context, lease ops.Lease) error {
	err := j.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, j.queries["release_lease"], lease.Environment, lease.Owner, lease.Token)
		return err
	})
	if err != nil {
		return fmt.Errorf("release the lease of %s: %w", lease.Environment, err)
	}
	return nil
}

// Break ends whoever's lease it is, also one that ran out; see ops.Leases.
func (j *Journal) Break(ctx context.Context, environment string) (ops.Lease, error) {
	var broken ops.Lease
	err := j.write(ctx, func(tx *sql.Tx) error {
		lease, err := j.lease(ctx, tx, environment)
		if err != nil || lease.Owner == "" {
			return err
		}
		broken = lease
		_, err = tx.ExecContext(ctx, j.queries["release_lease"], environment, lease.Owner, lease.Token)
		return err
	})
	if err != nil {
		return ops.Lease{}, fmt.Errorf("break the lease of %s: %w", environment, err)
	}
	return broken, nil
}

// Holder is the living lease of an environment; see ops.Leases.
func (j *Journal) Holder(ctx context.Context, environment string) (*ops.Lease, error) {
	lease, err := j.lease(ctx, j.db, environment)
	if err != nil {
		return nil, fmt.Errorf("holder of the lease of %s: %w", environment, j.explain(err))
	}
	if lease.Owner == "" || !time.Now().Before(lease.Expires) {
		return nil, nil
	}
	return &lease, nil
}

// rower is a database or a transaction.
type rower interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// lease is the environment's row; without an owner when it is free.
func (j *Journal) lease(ctx context.Context, from rower, environment string) (ops.Lease, error) {
	var owner, expires string
	var token int64
	err := from.QueryRowContext(ctx, j.queries["lease"], environment).Scan(&owner, &token, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return ops.Lease{Environment: environment}, nil
	}
	if err != nil {
		return ops.Lease{}, fmt.Errorf("read the lease: %w", err)
	}
	until, err := time.Parse(time.RFC3339Nano, expires)
	if err != nil {
		return ops.Lease{}, fmt.Errorf("read the lease: %w", err)
	}
	return ops.Lease{Environment: environment, Owner: owner, Token: token, Expires: until}, nil
}
