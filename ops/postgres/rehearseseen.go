package postgres

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// seen is what was seen of migrations, by how many had been applied before: sqlx
// applies them one after the other, so what happens after n is done by the next one.
type seen struct {
	first  int // how many were applied before the rehearsal
	count  int // and at the last look at the files
	tables map[int64]ops.Table
	files  map[int64]int64
	held   map[hold]time.Duration
	moves  []move
}

// hold is a lock of the migration after so many others.
type hold struct {
	after int
	table int64
	mode  string
}

// move is a table that got another file by one of the migrations after from, up to the
// one that made it to.
type move struct {
	table    int64
	from, to int
}

func newSeen(applied int) seen {
	return seen{first: applied, count: applied, tables: map[int64]ops.Table{}, held: map[hold]time.Duration{}}
}

// locks adds a look: each lock that is held now is taken to have been held since the
// look before.
func (s *seen) locks(count int, relations []int64, modes []string, since time.Duration) {
	for i, oid := range relations {
		if _, known := s.tables[oid]; known {
			s.held[hold{count, oid, modes[i]}] += since
		}
	}
}

func (s *seen) moved(count int, files map[int64]int64) {
	for oid := range s.tables {
		if now, there := files[oid]; there && now != s.files[oid] {
			s.moves = append(s.moves, move{oid, s.count, count})
		}
	}
	s.count, s.files = count, files
}

// attribute gives what was seen to the migrations that ran, in their order.
func (s *seen) attribute(ran []ops.RehearsedMigration) []ops.RehearsedMigration {
	for _, m := range s.moves {
		from, to := m.from-s.first, min(m.to-s.first, len(ran))
		if from < 0 || from >= to {
			continue // by none of them
		}
		// Of those that ran between two looks the longest is meant: it had the most to write.
		longest := slices.MaxFunc(ran[from:to], func(a, b ops.RehearsedMigration) int { return cmp.Compare(a.Took, b.Took) }).Version
		i := slices.IndexFunc(ran, func(r ops.RehearsedMigration) bool { return r.Version == longest })
		ran[i].Rewrites = append(ran[i].Rewrites, s.tables[m.table])
	}
	for i := range ran {
		ran[i].Locks = s.strongest(s.first + i)
		slices.SortFunc(ran[i].Rewrites, func(a, b ops.Table) int { return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name)) })
	}
	return ran
}

// strongest is each table's strongest lock by the migration after so many others, the
// longest first.
func (s *seen) strongest(after int) []ops.TableLock {
	best := map[int64]hold{}
	for h := range s.held {
		if b, ok := best[h.table]; h.after == after && (!ok || strength(h.mode) > strength(b.mode)) {
			best[h.table] = h
		}
	}
	var locks []ops.TableLock
	for _, h := range slices.Collect(maps.Values(best)) {
		locks = append(locks, ops.TableLock{Table: s.tables[h.table].Name, Mode: h.mode, Held: s.held[h]})
	}
	slices.SortFunc(locks, func(a, b ops.TableLock) int {
		return cmp.Or(cmp.Compare(b.Held, a.Held), cmp.Compare(a.Table, b.Table))
	})
	return locks
}

// strength orders the modes as PostgreSQL does (Explicit Locking).
func strength(mode string) int {
	return slices.Index([]string{"AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock",
		"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"}, mode)
}
