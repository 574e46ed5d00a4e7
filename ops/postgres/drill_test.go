package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/postgres"
)

// newDrilled is a database with a verified backup of it.
func newDrilled(t *testing.T, events int, edits ...func(*postgres.Options)) (*postgres.Server, string) {
	t.Helper()
	database, _ := newMigrated(t, events, 3)
	s, dir := open(t, database, edits...)
	create(t, s, "good")
	verify(t, s, "good")
	return s, dir
}

// fact is what the drill says of one check.
func fact(t *testing.T, d ops.Drill, check string) ops.Finding {
	t.Helper()
	for _, f := range d.Checks {
		if f.Check == check {
			return f
		}
	}
	t.Fatalf("no check %s in %+v", check, d.Checks)
	return ops.Finding{}
}

func TestDrill_RestoresTheNewestVerified(t *testing.T) {
	s, _ := newDrilled(t, 2000)
	create(t, s, "unread")
	last := ops.Progress{}
	d, err := s.Drill(t.Context(), "", func(p ops.Progress) { last = p })
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Base(d.File) != "good.dump.zst" || d.Tables != 3 || d.Rows != 2043 || d.Bytes < 1<<20 || d.Took <= 0 || last.Fraction != 1 {
		t.Errorf("the drill is %+v, progress %v", d, last)
	}
	if ops.Worst(d.Checks) != ops.Pass {
		t.Errorf("the checks are %+v", d.Checks)
	}
	wantWith(t, fact(t, d, "rows").Fact, "2,043 rows in 3 tables")
	wantWith(t, fact(t, d, "migrations").Fact, "3 as in the live database")
	wantWith(t, fact(t, d, "amcheck").Fact, "left out", "permission denied")
	wantDatabases(t, databaseOf(t), "")
	list, err := s.List(t.Context())
	if err != nil || list[0].File == d.File || !list[0].DrilledAt.IsZero() || list[1].DrilledAt.IsZero() || list[1].VerifiedAt.IsZero() {
		t.Errorf("the catalogue is %+v (%v)", list, err)
	}

	if d, err = s.Drill(t.Context(), "unread", quiet); err != nil || d.Rows != 2043 {
		t.Errorf("by name: %+v (%v)", d, err)
	}
}

func TestDrill_RunsAmcheckWhereItMay(t *testing.T) {
	s, _ := newDrilled(t, 200, func(o *postgres.Options) { o.User = "postgres" })
	d, err := s.Drill(t.Context(), "", quiet)
	if err != nil {
		t.Fatal(err)
	}
	if f := fact(t, d, "amcheck"); f.Level != ops.Pass || !strings.Contains(f.Fact, "tables and indexes are sound") {
		t.Errorf("amcheck says %+v", f)
	}
	wantDatabases(t, databaseOf(t), "")
}

func TestDrill_OfABackupWithAmcheckInIt(t *testing.T) {
	s, _ := newDrilled(t, 20, func(o *postgres.Options) { o.User = "postgres" })
	for _, c := range []struct{ name, sql, say string }{
		{"public", "CREATE EXTENSION amcheck", "are sound"},
		{"hidden", "CREATE SCHEMA tools; ALTER EXTENSION amcheck SET SCHEMA tools", "left out, for the backup has the extension in a schema"},
	} {
		execute(t, databaseOf(t), c.sql)
		d, err := s.Drill(t.Context(), create(t, s, c.name).File, quiet)
		if err != nil {
			t.Fatal(err)
		}
		wantWith(t, fact(t, d, "amcheck").Fact, c.say)
	}
}

// A database with a subscription could not be dropped any more.
func TestDrill_BringsBackNoSubscription(t *testing.T) {
	s, _ := newDrilled(t, 20, func(o *postgres.Options) { o.User = "postgres" })
	execute(t, databaseOf(t), "CREATE SUBSCRIPTION feed CONNECTION 'dbname=nowhere' PUBLICATION all_of_it WITH (connect = false)")
	t.Cleanup(func() {
		execute(t, databaseOf(t), "ALTER SUBSCRIPTION feed SET (slot_name = NONE); DROP SUBSCRIPTION feed")
	})
	create(t, s, "subscribed")
	if _, err := s.Drill(t.Context(), "subscribed", quiet); err != nil {
		t.Error(err)
	}
	wantDatabases(t, databaseOf(t), "")
}

func TestDrill_FindsWhatWasNotRestored(t *testing.T) {
	lazy := fmt.Sprintf(`case "$*" in *--dbname*) exec cat >/dev/null;; esac; exec %s/pg_restore "$@"`, os.Getenv(envBin))
	_, dir := newDrilled(t, 20)
	s, _ := open(t, databaseOf(t), func(o *postgres.Options) { o.BackupDir = dir }, fakeClient(t, "pg_restore", lazy))
	d, err := s.Drill(t.Context(), "", quiet)
	if err != nil {
		t.Fatal(err)
	}
	if f := fact(t, d, "rows"); f.Level != ops.Fail || !strings.Contains(f.Fact, "public.events is in the backup and was not restored") {
		t.Errorf("rows say %+v", f)
	}
	if f := fact(t, d, "migrations"); f.Level != ops.Fail {
		t.Errorf("migrations say %+v", f)
	}
	if list, err := s.List(t.Context()); err != nil || !list[0].DrilledAt.IsZero() {
		t.Errorf("it is called good: %+v (%v)", list, err)
	}
}

func TestDrill_SaysWhatIsWrong(t *testing.T) {
	s, dir := newDrilled(t, 2000)
	_, err := s.Drill(t.Context(), "missing", quiet)
	wantError(t, err, "restore drill: there is no ")
	full, _ := open(t, databaseOf(t), func(o *postgres.Options) { o.BackupDir, o.DataDir = dir, "/proc" }) // where nothing is ever free
	_, err = full.Drill(t.Context(), "", quiet)
	wantError(t, err, "restore drill of", "it needs 4.8 GB", "free ") // of it 4 GiB for the write-ahead log
	wantWithout(t, err.Error(), "drop database", "tries again")

	file := filepath.Join(dir, "good.dump.zst")
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := errors.Join(os.WriteFile(file, text, 0o600), os.Chtimes(file, info.ModTime(), info.ModTime())); err != nil {
		t.Fatal(err)
	}
	_, err = s.Drill(t.Context(), "", quiet)
	wantError(t, err, "its SHA-256 is ", "damaged or changed")
	_, err = s.Drill(t.Context(), "", quiet)
	wantError(t, err, "there is no verified backup in "+dir) // any more
	wantDatabases(t, databaseOf(t), "")
}

func TestDrill_StoppedLeavesNothing(t *testing.T) {
	s, _ := newDrilled(t, 20_000)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := s.Drill(ctx, "", func(p ops.Progress) {
		if p.Fraction > 0.2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	wantDatabases(t, databaseOf(t), "")
	if list, err := s.List(t.Context()); err != nil || list[0].VerifiedAt.IsZero() {
		t.Errorf("the backup is not verified any more: %+v (%v)", list, err)
	}
}

func TestDrill_SweepsWhatADeadOneLeft(t *testing.T) {
	s, dir := newDrilled(t, 20_000)
	database := databaseOf(t)
	cmd := startChild(t, "drill", database, dir)
	out, err := cmd.StdoutPipe()
	if err := errors.Join(err, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != inTheMiddle {
		t.Fatalf("the child says %q (%v)", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // "signal: killed"
	if left := databases(t, database); len(left) != 2 {
		t.Errorf("the dead drill left %v", left)
	}
	for suffix, comment := range map[string]string{"_kt_drill_20260101020304": "", "_kt_drill_20260101020305": "mine", "_kt_drill_mine": ""} {
		execute(t, "postgres", fmt.Sprintf(`CREATE DATABASE %s%s OWNER keeptrusts`, database, suffix))
		execute(t, "postgres", fmt.Sprintf(`COMMENT ON DATABASE %s%s IS '%s'`, database, suffix, comment))
	}
	if _, err := s.Prune(t.Context(), time.Now()); err != nil { // a drill does that first, too
		t.Error(err)
	}
	wantDatabases(t, database, "", "_kt_drill_20260101020305", "_kt_drill_mine")
	execute(t, "postgres", fmt.Sprintf(`CREATE DATABASE %s_kt_drill_20260101020304 OWNER keeptrusts`, database))
	if _, err := s.Drill(t.Context(), "", quiet); err != nil {
		t.Error(err)
	}
	wantDatabases(t, database, "", "_kt_drill_20260101020305", "_kt_drill_mine")
}
