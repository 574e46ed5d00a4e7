package postgres

import (
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func TestWritten_TellsOnlyWhatItKnows(t *testing.T) {
	reset := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	at := func(database uint32, reset time.Time, tables map[string]ops.Writes) ops.Position {
		return ops.Position{LSN: "0/10", Database: database, Reset: reset, Tables: tables}
	}
	count := func(n int64) map[string]ops.Writes {
		return map[string]ops.Writes{"events": {Inserted: n}, migrationsTable: {Inserted: n}}
	}
	since := at(7, reset, count(10))
	for name, c := range map[string]struct {
		now     ops.Position
		rows    int64
		unknown bool
	}{
		"nothing":               {at(7, reset, count(10)), 0, false},
		"rows, no migrations":   {at(7, reset, count(13)), 3, false},
		"a new table":           {at(7, reset, map[string]ops.Writes{"events": {Inserted: 10, Deleted: 2}, "new": {Inserted: 4}}), 6, false},
		"a table is gone":       {at(7, reset, map[string]ops.Writes{"new": {Inserted: 4}}), 0, true},
		"a table anew":          {at(7, reset, count(9)), 0, true},
		"another database":      {at(8, reset, count(13)), 0, true},
		"counts that began new": {at(7, reset.Add(time.Hour), count(13)), 0, true},
	} {
		w := written(since, c.now)
		if w.Rows() != c.rows || (w.Unknown != "") != c.unknown {
			t.Errorf("%s: %+v, want %d rows", name, w, c.rows)
		}
	}
}

func TestWalBetween_CountsAcrossTheHalves(t *testing.T) {
	for from, want := range map[string]int64{"1/FFFFFFF0": 32, "2/10": 0, "2/11": 0, "": 0, "2": 0, "x/1": 0} {
		if got := walBetween(from, "2/10"); got != want {
			t.Errorf("from %q it is %d, want %d", from, got, want)
		}
	}
}

func TestReported_WaitsForTheMigrations(t *testing.T) {
	p := func(n int64, database uint32) *ops.Position {
		return &ops.Position{Database: database, Tables: map[string]ops.Writes{migrationsTable: {Inserted: n}}}
	}
	for name, c := range map[string]struct {
		since        *ops.Position
		more         int64
		loose, waits bool
	}{
		"no migration":     {nil, 0, false, false},
		"no count before":  {nil, 2, true, false},
		"one is missing":   {p(3, 7), 2, false, true},
		"all are there":    {p(2, 7), 2, false, false},
		"another database": {p(2, 8), 2, true, false},
	} {
		loose, err := reported(c.since, *p(4, 7), c.more)
		if (loose != "") != c.loose || (err != nil) != c.waits {
			t.Errorf("%s: loose %q, error %v", name, loose, err)
		}
	}
}
