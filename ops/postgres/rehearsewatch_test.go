package postgres_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// only is the one migration that was measured.
func only(t *testing.T, m ops.Measured, version int64) ops.RehearsedMigration {
	t.Helper()
	for _, r := range m.Migrations {
		if r.Version == version {
			return r
		}
	}
	t.Fatalf("migration %d was not measured: %+v", version, m)
	return ops.RehearsedMigration{}
}

// lockOn is the migration's strongest lock on a table.
func lockOn(m ops.RehearsedMigration, table string) ops.TableLock {
	for _, l := range m.Locks {
		if l.Table == table {
			return l
		}
	}
	return ops.TableLock{}
}

func TestWatchScratch_SeesWhoRewrites(t *testing.T) {
	s, made := rehearsed(t, 3000)
	m, err := measure(t, s, made,
		migration{4, "CREATE TABLE added (id int PRIMARY KEY)"},
		migration{5, "ALTER TABLE events ALTER COLUMN id TYPE numeric; SELECT pg_sleep(0.1)"},
		migration{6, "ALTER TABLE tenants ADD COLUMN note text"})
	if err != nil || len(m.Migrations) != 3 {
		t.Fatalf("%+v %v", m, err)
	}
	five := only(t, m, 5)
	if len(five.Rewrites) != 1 || five.Rewrites[0].Name != "events" || five.Rewrites[0].Bytes <= 0 || five.Took < 100*time.Millisecond || five.Description != "migration 5" {
		t.Errorf("the rewriting one is %+v", five)
	}
	for _, other := range []int64{4, 6} {
		if got := only(t, m, other); len(got.Rewrites) > 0 {
			t.Errorf("migration %d is said to rewrite %v", other, got.Rewrites)
		}
	}
	if l := lockOn(five, "events"); l.Mode != "AccessExclusiveLock" || l.Held <= 0 {
		t.Errorf("the lock on events is %+v", l)
	}
	if m.Growth <= 0 {
		t.Errorf("it grew by %d", m.Growth)
	}
}

func TestWatchScratch_MeasuresLocks(t *testing.T) {
	s, made := rehearsed(t, 10)
	m, err := measure(t, s, made,
		migration{4, "LOCK TABLE events IN SHARE MODE; SELECT pg_sleep(0.3)"},
		migration{5, "SELECT FROM tenants; UPDATE events SET actor = ''; LOCK TABLE events; SELECT pg_sleep(0.5)"})
	if err != nil {
		t.Fatal(err)
	}
	if l := lockOn(only(t, m, 4), "events"); l.Mode != "ShareLock" || l.Held < 200*time.Millisecond {
		t.Errorf("the first held %+v", l)
	}
	five := only(t, m, 5)
	if l := lockOn(five, "events"); l.Mode != "AccessExclusiveLock" || l.Held < 400*time.Millisecond {
		t.Errorf("the second held %+v", l)
	}
	if l := lockOn(five, "tenants"); l.Mode != "AccessShareLock" {
		t.Errorf("on tenants it held %+v", l)
	}
	if len(five.Rewrites) > 0 {
		t.Errorf("it is said to rewrite %v", five.Rewrites)
	}
}

func TestWatchScratch_OfFailedOnes(t *testing.T) {
	s, made := rehearsed(t, 10)
	m, err := measure(t, s, made,
		migration{4, "ALTER TABLE tenants ALTER COLUMN id TYPE bigint"},
		migration{5, "ALTER TABLE events ALTER COLUMN id TYPE numeric; SELECT 1 / 0"})
	if err == nil || !strings.Contains(err.Error(), "division by zero") {
		t.Fatalf("it did not fail: %v", err)
	}
	if len(m.Migrations) != 1 || m.Migrations[0].Version != 4 || len(m.Migrations[0].Rewrites) != 1 {
		t.Errorf("measured %+v", m.Migrations)
	}
}

func TestWatchScratch_LetsGoOfTheCopy(t *testing.T) {
	s, made := rehearsed(t, 10)
	if m, err := measure(t, s, made); err != nil || len(m.Migrations) > 0 {
		t.Errorf("%+v %v", m, err)
	}
	noSession(t, made.Database)
	if _, err := s.WatchScratch(t.Context(), "r-none"); err == nil {
		t.Error("a copy that does not exist is watched")
	}
}
