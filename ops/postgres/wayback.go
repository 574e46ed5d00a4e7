package postgres

import (
	"fmt"

	"github.com/keeptrusts/ktops/ops"
)

// way is what undoing a snapshot comes to.
type way string

const (
	wayNothing way = "nothing" // there is no snapshot, and none is needed
	wayBefore  way = "before"  // an earlier attempt has put it back
	wayDrop    way = "drop"    // the live database is as it was
	waySwap    way = "swap"    // the live database has moved on
)

// found is what an undo finds on the server.
type found struct {
	snapshot *aside // nil: none of that name
	former   *aside // the live database that an earlier attempt put aside; nil: none
	applied  []ops.AppliedMigration
	planned  int // migrations applied when the plan was made
}

// choose decides what to do. It never drops a snapshot that is needed, and never
// puts one in place that is not whole.
func (f found) choose(database string) (way, mark, error) {
	if f.snapshot == nil {
		return f.withoutSnapshot(database)
	}
	name := f.snapshot.name
	m, whole := f.snapshot.is(snapshotKind, database)
	moved := len(f.applied) != f.planned
	switch {
	case whole && m.migrations == digestOf(f.applied):
		return wayDrop, m, nil
	case whole && f.snapshot.valid:
		return waySwap, m, nil
	case !whole && f.snapshot.comment != "":
		return "", mark{}, fmt.Errorf("database %s is not the snapshot of this run, as its comment says: rename it, and look where the snapshot is", name)
	case moved:
		return "", mark{}, fmt.Errorf("%s is not whole, and the live database has %d migrations applied where it had %d: restore the backup of this run", name, len(f.applied), f.planned)
	}
	return wayDrop, m, nil
}

func (f found) withoutSnapshot(database string) (way, mark, error) {
	if f.former != nil {
		if m, ours := f.former.is(abandonedKind, database); ours {
			return wayBefore, m, nil
		}
	}
	if len(f.applied) != f.planned {
		return "", mark{}, fmt.Errorf("the snapshot is gone, and the live database has %d migrations applied where it had %d: restore the backup of this run", len(f.applied), f.planned)
	}
	return wayNothing, mark{}, nil
}
