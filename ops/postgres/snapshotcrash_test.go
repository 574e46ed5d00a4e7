package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/postgres"
)

// death is one way in which something ends around a statement.
type death struct {
	moment  moment
	process bool // ktops dies, not only one connection
}

func (d death) String() string {
	if d.process {
		return "killed " + string(d.moment)
	}
	return "connection lost " + string(d.moment)
}

var deaths = []death{{beforeIt, true}, {duringIt, true}, {afterIt, true}, {beforeIt, false}, {afterIt, false}}

// atEveryStatement does something through a cutter that cuts at the first statement,
// then at the second, and so on until it came through without; look then says what
// is wrong. It returns how many cuts there were.
func atEveryStatement(t *testing.T, kind ops.Kind, d death, prepare func(), do func(context.Context, ops.Handler) error, look func(n int, err error), edits ...func(*postgres.Options)) int {
	t.Helper()
	for n := 1; ; n++ {
		prepare()
		ctx, cancel := context.WithCancel(t.Context())
		died := cancel
		if !d.process {
			died = nil
		}
		c := cutAt(t, n, d.moment, died)
		s, _ := open(t, databaseOf(t), append(edits, c.between)...)
		err := do(ctx, s.Handlers()[kind])
		cut := c.cut()
		c.close()
		cancel()
		if !cut {
			if err != nil {
				t.Fatalf("%s: without a cut: %v", d, err)
			}
			return n - 1
		}
		look(n, err)
		if t.Failed() {
			t.Fatalf("%s statement %d: that was with %v", d, n, err)
		}
	}
}

// databaseOf is the database that newDatabase made for the test.
func databaseOf(t *testing.T) string { return strings.ToLower(t.Name()) }

// oneLive checks that there is one live database, that it lets the API in, and what
// it has.
func oneLive(t *testing.T, database string, migrations ...string) {
	t.Helper()
	names := databases(t, database)
	if len(names) > 2 || names[0] != database {
		t.Errorf("databases are %v", names)
		return
	}
	s, _ := open(t, database)
	applied, err := s.Applied(t.Context())
	if err != nil || !slices.Contains(migrations, fmt.Sprint(len(applied))) {
		t.Errorf("the live database has %d migrations (%v), want %v", len(applied), err, migrations)
	}
}

func TestSnapshotCrash_Do(t *testing.T) {
	database, task := newMigrated(t, 10, 3)
	s, _ := open(t, database)
	direct := s.Handlers()[ops.Snapshot]
	for _, d := range deaths[:4] {
		cuts := atEveryStatement(t, ops.Snapshot, d, func() { dropAsides(t, database) },
			func(ctx context.Context, h ops.Handler) error { _, err := h.Do(ctx, task); return err },
			func(int, error) {
				oneLive(t, database, "3")
				// The next process looks first, and goes on.
				if done, _, err := direct.Done(t.Context(), task); err != nil {
					t.Error(err)
				} else if !done {
					wantDo(t, direct, task)
				}
				wantDone(t, direct, task, true)
				oneLive(t, database, "3")
				wantDatabases(t, database, "", "_kt_7f3a")
			})
		t.Logf("%s: %d statements", d, cuts)
	}
}

func TestSnapshotCrash_Swap(t *testing.T) {
	database, task := newMigrated(t, 10, 3)
	s, _ := open(t, database)
	direct := s.Handlers()[ops.Snapshot]
	for _, d := range deaths {
		cuts := atEveryStatement(t, ops.Snapshot, d, func() {
			dropAsides(t, database)
			execute(t, database, "DELETE FROM _sqlx_migrations WHERE version > 3")
			wantDo(t, direct, task)
			migrate(t, database, 4, 5)
		}, func(ctx context.Context, h ops.Handler) error {
			_, err := h.(ops.Undoer).Undo(ctx, task)
			return err
		}, func(_ int, err error) {
			oneLive(t, database, "3", "5")
			if d.process {
				undo(t, direct, task)
			} else if err != nil {
				t.Errorf("it did not go on by itself: %v", err)
			}
			oneLive(t, database, "3")
			wantDatabases(t, database, "", "_kt_abandoned_7f3a")
		})
		t.Logf("%s: %d statements", d, cuts)
	}
}

func TestSnapshotCrash_Drop(t *testing.T) {
	database, task := newMigrated(t, 10, 3)
	s, _ := open(t, database)
	direct := s.Handlers()[ops.Snapshot]
	for _, d := range deaths[1:3] {
		atEveryStatement(t, ops.Snapshot, d, func() { wantDo(t, direct, task) },
			func(ctx context.Context, h ops.Handler) error { _, err := h.(ops.Undoer).Undo(ctx, task); return err },
			func(int, error) {
				oneLive(t, database, "3")
				undo(t, direct, task)
				wantDatabases(t, database, "")
			})
	}
}

// A server that was copying for a ktops that was killed is stopped, and its copy is
// made anew.
func TestSnapshotCrash_Process(t *testing.T) {
	database, task := newMigrated(t, 20_000, 3)
	cmd := startChild(t, "snapshot", database, t.TempDir())
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
	oneLive(t, database, "3")
	s, _ := open(t, database)
	h := s.Handlers()[ops.Snapshot]
	wantDone(t, h, task, false)
	wantDo(t, h, task)
	wantDone(t, h, task, true)
	migrate(t, database, 4, 4)
	undo(t, h, task)
	oneLive(t, database, "3")
}

// An interrupted removal leaves a database of which PostgreSQL knows nothing but that
// it must go.
func TestSnapshotCrash_InvalidDatabase(t *testing.T) {
	database, task := newMigrated(t, 10, 3)
	s, _ := open(t, database)
	h := s.Handlers()[ops.Snapshot]
	wantDo(t, h, task)
	execute(t, "postgres", fmt.Sprintf(`UPDATE pg_database SET datconnlimit = -2 WHERE datname = '%s_kt_7f3a'`, database))
	wantDone(t, h, task, false)
	wantDo(t, h, task)
	wantDone(t, h, task, true)
}
