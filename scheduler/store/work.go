package store

import (
	"context"
	"errors"
	"time"

	"github.com/keeptrusts/ktops/internal/tables"
	"github.com/keeptrusts/ktops/ops"
)

// ErrLost means that the occurrence has another owner, or has ended.
var ErrLost = errors.New("the occurrence was taken over by another scheduler")

// Telling says whether people must still be told about an occurrence that went wrong.
type Telling int

// The tellings.
const (
	Untold Telling = iota
	Told           // or need not be told
)

// Insert keeps a new occurrence; it is false when there is one of that key already.
func (s *Store) Insert(ctx context.Context, o Occurrence, telling Telling) (bool, error) {
	does, err := pack(orEmpty(o.Does))
	if err != nil {
		return false, err
	}
	done, err := pack(orEmpty(o.Done))
	if err != nil {
		return false, err
	}
	n, err := s.Exec(ctx, "insert_occurrence", o.Environment, o.Window, o.Key, o.Zone, tables.Millis(o.Opens), tables.Millis(o.Closes),
		string(o.State), does, done, o.Run, o.Reason, o.By.ID, o.By.Name, o.Owner, tables.Millis(o.Began), tables.Millis(o.Ended), int(telling))
	return n > 0, err
}

// Take makes owner the owner of an open occurrence that is as it was seen; it is
// false when somebody has moved since.
func (s *Store) Take(ctx context.Context, seen Occurrence, owner string, at time.Time) (bool, error) {
	n, err := s.Exec(ctx, "take_occurrence", owner, tables.Millis(at), seen.Environment, seen.Window, seen.Key, seen.Owner, seen.Beat)
	return n > 0, err
}

// Renew is the owner's sign of life.
func (s *Store) Renew(ctx context.Context, o Occurrence) error {
	return s.owned(ctx, "renew_occurrence", o.Environment, o.Window, o.Key, o.Owner)
}

// Release leaves an open occurrence to whoever comes next.
func (s *Store) Release(ctx context.Context, o Occurrence) error {
	return s.owned(ctx, "release_occurrence", o.Environment, o.Window, o.Key, o.Owner)
}

// Save records how far an occurrence is, or how it ended.
func (s *Store) Save(ctx context.Context, o Occurrence, telling Telling) error {
	done, err := pack(orEmpty(o.Done))
	if err != nil {
		return err
	}
	return s.owned(ctx, "save_occurrence", string(o.State), done, o.Run, o.Reason, tables.Millis(o.Ended), int(telling),
		o.Environment, o.Window, o.Key, o.Owner)
}

// owned runs a statement that changes a row only for its owner.
func (s *Store) owned(ctx context.Context, name string, args ...any) error {
	n, err := s.Exec(ctx, name, args...)
	if err == nil && n == 0 {
		return ErrLost
	}
	return err
}

// Tell records that people were told about an occurrence.
func (s *Store) Tell(ctx context.Context, o ops.Occurrence) error {
	_, err := s.Exec(ctx, "tell_occurrence", o.Environment, o.Window, o.Key)
	return err
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
