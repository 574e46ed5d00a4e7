package journal

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/journal/journaltest"
)

func TestOpen_MakesFileAndFolderPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "ktops.db")
	first := mustOpen(t, path)
	if err := os.Chmod(path, 0o644); err != nil { // as a careless restore leaves it
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	j := mustOpen(t, path)
	if err := j.Append(t.Context(), journaltest.Proposal("r-1", "production")); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]os.FileMode{filepath.Dir(path): 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600} {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %v, want %v", file, got, want)
		}
	}
}

func TestOpen_AsksForFullDurability(t *testing.T) {
	// Characters that mean something in a URI must not end the path.
	j := mustOpen(t, filepath.Join(t.TempDir(), "a ?b#c%20&d", "ktops.db"))
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "recursive_triggers": "1", "busy_timeout": "10000",
	} {
		var got string
		if err := j.db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %s, %v; want %s", pragma, got, err, want)
		}
	}
	if _, err := os.Stat(j.path); err != nil {
		t.Error(err)
	}
}

func TestOpen_SaysWhatIsWrongWithTheFile(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "notes.txt")
	write(t, text, []byte(strings.Repeat("not a database\n", 500)))
	newer := filepath.Join(folder, "newer.db")
	exec(t, mustOpen(t, newer), "INSERT INTO schema_version (version, applied_at) VALUES (99, '')")
	for _, test := range []struct{ path, want string }{
		{"ktops.db", "not an absolute path"},
		{folder, "is not a regular file"},
		{filepath.Join(text, "ktops.db"), "make its folder"},
		{"/proc/ktops/ktops.db", "set journal to a path that user"},
		{text, "not a journal of ktops"},
		{newer, "written by a newer ktops (schema 99, this one knows 1)"},
		{damaged(t, folder), "put back a copy"},
	} {
		j, err := Open(t.Context(), test.path)
		if err == nil {
			t.Errorf("%s opens", test.path)
			_ = j.Close()
			continue
		}
		if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v\nwant: %s", test.path, err, test.want)
		}
	}
}

// damaged is a journal whose middle was overwritten.
func damaged(t *testing.T, folder string) string {
	t.Helper()
	path := filepath.Join(folder, "damaged.db")
	j, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		proposal := journaltest.Proposal(fmt.Sprintf("r-%d", i), fmt.Sprintf("environment-%d", i))
		if err := j.Append(t.Context(), proposal); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 3 * 4096; i < len(content)-4096; i++ {
		content[i] ^= 0xff
	}
	write(t, path, content)
	return path
}

func TestOpen_WaitsForAnotherProcessAndThenSaysSo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ktops.db")
	holder := mustOpen(t, path)
	tx, err := holder.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(t.Context(), path, 50*time.Millisecond); err == nil || !strings.Contains(err.Error(), "another process has kept the file locked") {
		t.Errorf("error = %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, path)
}

func TestAppend_OnAFullDiskSaysSoAndRecordsNothing(t *testing.T) {
	j := mustOpen(t, filepath.Join(t.TempDir(), "ktops.db"))
	j.db.SetMaxOpenConns(1) // the limit below is one connection's
	if err := j.Append(t.Context(), journaltest.Proposal("r-1", "production")); err != nil {
		t.Fatal(err)
	}
	exec(t, j, "PRAGMA max_page_count = 1") // SQLite takes it as: no page more than there are
	big := journaltest.Next("r-1", 2, ops.RunRejected)
	big.Reason = strings.Repeat("x", 100_000)
	err := j.Append(t.Context(), big)
	if err == nil || !strings.Contains(err.Error(), "the disk is full and nothing was recorded") {
		t.Errorf("error = %v", err)
	}
	events, err := j.Events(t.Context(), "r-1", 0)
	if err != nil || len(events) != 1 {
		t.Errorf("%d events, %v; want 1", len(events), err)
	}
	exec(t, j, "PRAGMA max_page_count = 1000000")
	if err := j.Append(t.Context(), big); err != nil {
		t.Errorf("with space again: %v", err)
	}
}

func TestMigrate_AFailedSchemaLeavesNothing(t *testing.T) {
	j := mustOpen(t, filepath.Join(t.TempDir(), "ktops.db"))
	err := j.write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), "CREATE TABLE one (a INTEGER); CREATE TABLE events (a INTEGER);")
		return err
	})
	if err == nil {
		t.Fatal("a second events table is accepted")
	}
	var n int
	if err := j.db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'one'").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d tables of the failed schema, %v", n, err)
	}
}

func BenchmarkAppend(b *testing.B) {
	j := mustOpen(b, filepath.Join(b.TempDir(), "ktops.db"))
	ctx := b.Context()
	const eventsPerRun = 60 // about those of an upgrade with two gateways
	for i := 0; b.Loop(); i++ {
		run, seq := fmt.Sprintf("r-%d", i/eventsPerRun), i%eventsPerRun+1
		e := journaltest.Next(run, seq, ops.StepBegan)
		if seq == 1 {
			e = journaltest.Proposal(run, run)
		}
		if err := j.Append(ctx, e); err != nil {
			b.Fatal(err)
		}
	}
}

func mustOpen(t testing.TB, path string) *Journal {
	t.Helper()
	j, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

func exec(t testing.TB, j *Journal, statement string) {
	t.Helper()
	if _, err := j.db.ExecContext(context.WithoutCancel(t.Context()), statement); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
