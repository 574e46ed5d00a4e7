package postgres_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/postgres"
)

// backupOfRun is the backup that the run of step takes.
const backupOfRun = "run-7f3a"

// backedUp is a database with a verified backup in a directory, and the task of a rollback that
// restores it.
func backedUp(t *testing.T, events int) (string, string, ops.Task) {
	t.Helper()
	database, task := newMigrated(t, events, 3)
	s, dir := open(t, database)
	wantDo(t, s.Handlers()[ops.TakeBackup], task)
	file := wantDo(t, s.Handlers()[ops.VerifyBackup], task).Backup.File
	back := rollbackOf(ops.Restore, task, ops.BackByBackup)
	back.Run.Request.Rollback.Backup = file
	return database, dir, back
}

func inDir(dir string) func(*postgres.Options) {
	return func(o *postgres.Options) { o.BackupDir = dir }
}

func TestRestore_ThenSwap(t *testing.T) {
	database, dir, back := backedUp(t, 1000)
	execute(t, "postgres", strings.NewReplacer("DB", `"`+database+`"`).Replace(`
		REVOKE CONNECT ON DATABASE DB FROM PUBLIC; ALTER DATABASE DB SET work_mem TO '7MB';
		ALTER DATABASE DB SET default_transaction_read_only TO off; ALTER DATABASE DB CONNECTION LIMIT 42; COMMENT ON DATABASE DB IS 'the live one'`))
	before := propertiesOf(t, database)
	s, _ := open(t, database, inDir(dir))
	h, swap := s.Handlers()[ops.Restore], s.Handlers()[ops.Swap]
	migrate(t, database, 4, 5)
	execute(t, database, "DELETE FROM events WHERE id <= 7")
	wantDone(t, h, back, false)
	wantWith(t, wantDo(t, h, back).Note, "1,043 rows in 3 tables restored as "+database+"_kt_restored_b4c2", "3 as in", "amcheck: left out")
	wantWith(t, wantDone(t, h, back, true).Note, "restored as")
	oneLive(t, database, "5")
	wantDatabases(t, database, "", "_kt_restored_b4c2")

	lost := wantDo(t, swap, back).Lost
	if lost == nil || lost.Rows() != 7 || lost.AtMost == "" || lost.Unknown != "" {
		t.Errorf("lost is %+v, want at most 7 rows", lost)
	}
	wantDatabases(t, database, "", "_kt_abandoned_b4c2")
	oneLive(t, database, "3")
	if after := propertiesOf(t, database); after != before {
		t.Errorf("the database is now\n%s\nand was\n%s", after, before)
	}
	if got := value(t, database, "(SELECT count(*) FROM events) || ' ' || (SELECT reltuples FROM pg_class WHERE relname = 'events')"); got != "1000 1000" {
		t.Errorf("rows and statistics are %s", got)
	}
	if got := value(t, database, "SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'"); got != "0" {
		t.Error("the extension that looked was left")
	}
	undo(t, swap, back)
	oneLive(t, database, "5")
	wantDone(t, h, back, true)
	undo(t, h, back)
	undo(t, h, back)
	wantDatabases(t, database, "")
}

func TestRestore_Refuses(t *testing.T) {
	database, dir, back := backedUp(t, 10)
	s, _ := open(t, database, inDir(dir))
	h := s.Handlers()[ops.Restore]
	name := back.Run.Request.Rollback.Backup
	for what, spoil := range map[string]func() *postgres.Server{
		"it needs ": func() *postgres.Server {
			full, _ := open(t, database, inDir(dir), func(o *postgres.Options) { o.DataDir = "/proc" })
			return full
		},
		"verify it first": func() *postgres.Server {
			create(t, s, "unread")
			back.Run.Request.Rollback.Backup = "unread"
			return s
		},
		"there is no ": func() *postgres.Server {
			back.Run.Request.Rollback.Backup = "missing"
			return s
		},
		"is not in the backup directory": func() *postgres.Server {
			back.Run.Request.Rollback.Backup = "/etc/passwd"
			return s
		},
		"of database other": func() *postgres.Server {
			edit(t, filepath.Join(dir, "run-7f3a.json"), fmt.Sprintf(`"database": %q`, database), `"database": "other"`)
			return s
		},
		"install postgresql-client-99": func() *postgres.Server {
			edit(t, filepath.Join(dir, "run-7f3a.json"), `"server": "15`, `"server": "99`)
			return s
		},
		"migrations applied, its manifest says 2": func() *postgres.Server {
			edit(t, filepath.Join(dir, "run-7f3a.json"), `"description": "migration 3"`, `"description": "migration 3", "success": true}, {"version": 9`)
			return s
		},
	} {
		back.Run.Request.Rollback.Backup = name
		manifest, err := os.ReadFile(filepath.Join(dir, "run-7f3a.json"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = spoil().Handlers()[ops.Restore].Do(t.Context(), back)
		if !strings.Contains(fmt.Sprint(err), what) && !strings.Contains(what, "manifest says") {
			t.Errorf("the error does not say %q: %v", what, err)
		}
		if err == nil {
			t.Errorf("no error, want %q", what)
		}
		wantDatabases(t, database, "")
		if err := os.WriteFile(filepath.Join(dir, "run-7f3a.json"), manifest, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	back.Run.Request.Rollback.Backup = name
	execute(t, "postgres", fmt.Sprintf(`CREATE DATABASE "%s_kt_restored_b4c2"`, database))
	execute(t, "postgres", fmt.Sprintf(`COMMENT ON DATABASE "%s_kt_restored_b4c2" IS 'mine'`, database))
	_, err := h.Do(t.Context(), back)
	wantError(t, err, "its comment says that it is not ktops's")
	_, err = h.(ops.Undoer).Undo(t.Context(), back)
	wantError(t, err, "its comment says that it is not ktops's")
	wantDatabases(t, database, "", "_kt_restored_b4c2")
}

// edit replaces a text in a file, once.
func edit(t *testing.T, file, old, other string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), old, other, 1)
	if changed == string(text) {
		t.Fatalf("%q is not in %s", old, text)
	}
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Whatever dies in a restore, the live database is as it was, and the next life finishes.
func TestRestoreCrash_Do(t *testing.T) {
	database, dir, back := backedUp(t, 10)
	s, _ := open(t, database, inDir(dir))
	direct := s.Handlers()[ops.Restore]
	for _, d := range []death{{duringIt, true}, {beforeIt, false}} {
		cuts := atEveryStatement(t, ops.Restore, d, func() { dropAsides(t, database) },
			func(ctx context.Context, h ops.Handler) error { _, err := h.Do(ctx, back); return err },
			func(int, error) {
				oneLive(t, database, "3")
				if done, _, err := direct.Done(t.Context(), back); err != nil {
					t.Error(err)
				} else if !done {
					wantDo(t, direct, back)
				}
				wantDone(t, direct, back, true)
				oneLive(t, database, "3")
				wantDatabases(t, database, "", "_kt_restored_b4c2")
			}, inDir(dir))
		t.Logf("%s: %d statements", d, cuts)
	}
}
