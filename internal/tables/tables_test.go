package tables_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	_ "modernc.org/sqlite"

	"github.com/keeptrusts/ktops/internal/tables"
)

func files(migrations ...string) fstest.MapFS {
	all := fstest.MapFS{"queries/count.sql": {Data: []byte("SELECT count(*) FROM things")}}
	for i, text := range migrations {
		all["migrations/00"+string(rune('1'+i))+"_step.sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

const (
	create = "CREATE TABLE things (name TEXT) STRICT; INSERT INTO things VALUES ('a')"
	second = "INSERT INTO things VALUES ('b')"
	broken = "INSERT INTO things VALUES ('c'); INSERT INTO nothing VALUES (1)"
)

func database(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "ktops.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func things(t *testing.T, set *tables.Tables) (n int) {
	t.Helper()
	if err := set.DB.QueryRowContext(t.Context(), set.Query["count"]).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOpen_AppliesEachMigrationOnceAndWhole(t *testing.T) {
	db := database(t)
	for _, c := range []struct {
		migrations []string
		want       int
		wrong      string
	}{
		{[]string{create}, 1, ""},
		{[]string{create}, 1, ""},
		{[]string{create, second, broken}, 2, "003_step.sql"},
		{[]string{create, second}, 2, ""},
	} {
		set, err := tables.Open(t.Context(), db, "part", files(c.migrations...))
		if (err != nil) != (c.wrong != "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Fatalf("%q: %v", c.migrations, err)
		}
		if set == nil {
			set = &tables.Tables{DB: db, Query: map[string]string{"count": "SELECT count(*) FROM things"}}
		}
		if got := things(t, set); got != c.want {
			t.Errorf("%q: %d things, want %d", c.migrations, got, c.want)
		}
	}
}

func TestOpen_KeepsThePartsApart(t *testing.T) {
	db := database(t)
	if _, err := tables.Open(t.Context(), db, "one", files(create)); err != nil {
		t.Fatal(err)
	}
	set, err := tables.Open(t.Context(), db, "two", files(second))
	if err != nil {
		t.Fatal(err)
	}
	if got := things(t, set); got != 2 {
		t.Errorf("%d things: the second part's first migration was taken for the first's", got)
	}
}

func TestWithin_IsAllOrNothing(t *testing.T) {
	set, err := tables.Open(t.Context(), database(t), "part", files(create))
	if err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	err = set.Within(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), second); err != nil {
			return err
		}
		return enough
	})
	if !errors.Is(err, enough) || things(t, set) != 1 {
		t.Errorf("%v, %d things", err, things(t, set))
	}
}

func TestMoment_IsWhatMillisStored(t *testing.T) {
	for _, at := range []time.Time{{}, time.Date(2026, 3, 29, 1, 30, 0, 5e6, time.UTC)} {
		if got := tables.Moment(tables.Millis(at)); !got.Equal(at) {
			t.Errorf("%s came back as %s", at, got)
		}
	}
}
