package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/postgres"
)

func TestCreate_TakesABackupThatReadsBack(t *testing.T) {
	s, dir := open(t, newDatabase(t, 20_000), func(o *postgres.Options) {
		o.PlatformVersion = func(context.Context) string { return "2.4.3" }
	})
	began := time.Now().Add(-time.Second)
	var seen []ops.Progress
	b, err := s.Create(t.Context(), "first", func(p ops.Progress) { seen = append(seen, p) })
	if err != nil {
		t.Fatal(err)
	}
	if b.Platform != "2.4.3" || b.At.Before(began) || b.Took <= 0 || b.Bytes >= b.RawBytes || b.Server == "" || b.Client == "" {
		t.Errorf("the backup is %+v", b)
	}
	if !b.VerifiedAt.IsZero() {
		t.Error("a backup that nobody read back is called verified")
	}
	wantFiles(t, dir, "first.dump.zst", "first.json")
	for path, want := range map[string]os.FileMode{dir: 0o700, b.File: 0o600, filepath.Join(dir, "first.json"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v (%v), want %v", path, info.Mode().Perm(), err, want)
		}
	}
	wantMonotonic(t, seen)
	v := verify(t, s, b.File)
	if v.Entries != 2 || v.VerifiedAt.IsZero() || v.VerifyTook <= 0 {
		t.Errorf("the verified backup is %+v", v)
	}
	list, err := s.List(t.Context())
	if err != nil || len(list) != 1 || !reflect.DeepEqual(list[0], v) {
		t.Errorf("the list is %+v (%v), want %+v", list, err, v)
	}
}

func wantMonotonic(t *testing.T, seen []ops.Progress) {
	t.Helper()
	last := 0.0
	for _, p := range seen {
		if p.Fraction < last || p.Fraction > 1 {
			t.Errorf("progress goes from %v to %v", last, p.Fraction)
		}
		last = p.Fraction
	}
	if last != 1 {
		t.Errorf("progress ends at %v", last)
	}
}

// The disk is slow here, and the dump larger than all buffers between the server
// and us, so that the server still copies when it is asked what.
func TestCreate_NamesTheTableInWork(t *testing.T) {
	s, _ := open(t, newDatabase(t, 60_000))
	named := false
	_, err := s.Create(t.Context(), "first", func(p ops.Progress) {
		named = named || p.Note == "events"
		if !named {
			<-time.After(100 * time.Millisecond)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if !named {
		t.Error("no note named the table events")
	}
}

func TestCreate_RefusesATakenOrUnsafeName(t *testing.T) {
	s, dir := open(t, newDatabase(t, 10))
	b := create(t, s, "first")
	_, err := s.Create(t.Context(), "first", quiet)
	wantError(t, err, "is there already")
	for _, name := range []string{"", "../escape", "a/b", ".hidden", "-rf", "a b"} {
		_, err := s.Create(t.Context(), name, quiet)
		wantError(t, err, "cannot name a backup")
	}
	if again := verify(t, s, "first"); again.SHA256 != b.SHA256 {
		t.Error("the first backup was changed")
	}
	wantFiles(t, dir, "first.dump.zst", "first.json")
}

// A half file that is cancelled leaves neither file nor session.
func TestCreate_CancelledLeavesNothing(t *testing.T) {
	database := newDatabase(t, 20_000)
	s, dir := open(t, database)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := s.Create(ctx, "first", func(p ops.Progress) {
		if p.Fraction > 0.2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v, want that it was cancelled", err)
	}
	wantFiles(t, dir)
	noSession(t, database)
}

// While somebody holds a table exclusively pg_dump waits; a cancel still ends it.
func TestCreate_CancelledWhileWaitingForALock(t *testing.T) {
	database := newDatabase(t, 10)
	s, dir := open(t, database)
	holder := lockTable(t, database, "events")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := s.Create(ctx, "first", quiet)
		ended <- err
	}()
	eventually(t, "pg_dump waits for the lock", holder.somebodyWaits)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v, want that it was cancelled", err)
	}
	wantFiles(t, dir)
	holder.release()
	noSession(t, database)
}

func TestCreate_RefusesAnOldClient(t *testing.T) {
	s, dir := open(t, newDatabase(t, 10), fakeClient(t, "pg_dump", `echo "pg_dump (PostgreSQL) 9.6.24"`))
	_, err := s.Create(t.Context(), "first", quiet)
	wantError(t, err, "pg_dump 9.6.24 is older than the server's PostgreSQL", "install postgresql-client-", "database.bin")
	wantFiles(t, dir)
}

func TestCreate_SaysWhenThereIsNoClient(t *testing.T) {
	s, _ := open(t, newDatabase(t, 10), func(o *postgres.Options) { o.BinDir = t.TempDir() })
	_, err := s.Create(t.Context(), "first", quiet)
	wantError(t, err, "find pg_dump", "database.bin")
}

func TestCreate_KilledClientLeavesNothing(t *testing.T) {
	pgDump := filepath.Join(os.Getenv(envBin), "pg_dump")
	s, dir := open(t, newDatabase(t, 20_000), fakeClient(t, "pg_dump", fmt.Sprintf(
		`if [ "$1" = --version ]; then exec %[1]s --version; fi
		%[1]s "$@" | head -c 1000000
		echo "out of memory" >&2
		kill -9 $$`, pgDump)))
	_, err := s.Create(t.Context(), "first", quiet)
	wantError(t, err, "back up database", "pg_dump: signal: killed", "out of memory")
	wantFiles(t, dir)
}

func TestCreate_GivesThePasswordByEnvironmentOnly(t *testing.T) {
	seen := filepath.Join(t.TempDir(), "seen")
	s, _ := open(t, newDatabase(t, 10), fakeClient(t, "pg_dump", fmt.Sprintf(
		`if [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) 99.1"; exit; fi
		echo "$@" > %s; env | sort >> %s; exit 3`, seen, seen)))
	t.Setenv("SLACK_BOT_TOKEN", "xoxb-another-secret")
	t.Setenv("PGOPTIONS", "-c statement_timeout=1")
	_, err := s.Create(t.Context(), "first", quiet)
	wantError(t, err, "exit status 3")
	text, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	args, env := cutLine(string(text))
	wantWithout(t, args, harness.Password, "password=")
	wantWithout(t, env, "xoxb-another-secret", "PGOPTIONS")
	wantWith(t, env, "PGPASSWORD="+harness.Password, "LC_ALL=C", "PGAPPNAME=ktops backup first")
}
