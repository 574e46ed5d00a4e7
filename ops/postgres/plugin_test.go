package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/postgres"
)

// withPlugin has snapshots taken by the test's command, which goes wrong in one way.
func withPlugin(t *testing.T, fault string) func(*postgres.Options) {
	t.Helper()
	script, err := filepath.Abs("testdata/snapshot.sh")
	if err != nil {
		t.Fatal(err)
	}
	return func(o *postgres.Options) {
		o.SnapshotCommand, o.SnapshotTimeout = []string{script, fault}, time.Minute
	}
}

// at keeps the backups of two servers in one folder, as those of a ktops that is
// configured anew.
func at(dir string) func(*postgres.Options) {
	return func(o *postgres.Options) { o.BackupDir = dir }
}

// mayCreate lets the application's user make databases, as the test's command does.
func mayCreate(t *testing.T) {
	t.Helper()
	needCluster(t)
	execute(t, "postgres", "ALTER ROLE "+harness.User+" CREATEDB")
}

func TestPlugin_UndoPutsItsSnapshotBack(t *testing.T) {
	mayCreate(t)
	database, task := newMigrated(t, 100, 3)
	s, _ := open(t, database, withPlugin(t, "none"))
	h := s.Handlers()[ops.Snapshot]
	wantDone(t, h, task, false)
	result := wantDo(t, h, task)
	if result.Snapshot != database+"_kt_7f3a" || result.Position == nil {
		t.Errorf("%+v", result)
	}
	wantDone(t, h, task, true)
	migrate(t, database, 4, 5)
	execute(t, database, "DELETE FROM events")
	undo(t, h, task)
	oneLive(t, database, "3")
	if got := value(t, database, "SELECT count(*) FROM events"); got != "100" {
		t.Errorf("%s events are back, want 100", got)
	}
	undo(t, h, task) // again, as after a crash
	oneLive(t, database, "3")
}

func TestPlugin_UndoDropsWhatIsNotNeeded(t *testing.T) {
	mayCreate(t)
	database, task := newMigrated(t, 10, 3)
	s, dir := open(t, database, withPlugin(t, "none"))
	h := s.Handlers()[ops.Snapshot]
	wantDo(t, h, task)
	execute(t, database, "DELETE FROM events")
	undo(t, h, task)
	wantDatabases(t, database, "")
	wantFiles(t, filepath.Join(dir, "snapshots"))
	if got := value(t, database, "SELECT count(*) FROM events"); got != "0" {
		t.Errorf("the database was put back, and no migration had run")
	}
}

func TestPlugin_RollbackGoesBackByItAndCountsWhatIsLost(t *testing.T) {
	mayCreate(t)
	database, task := newMigrated(t, 100, 3)
	s, dir := open(t, database, withPlugin(t, "none"))
	wantDo(t, s.Handlers()[ops.Snapshot], task)
	migrate(t, database, 4, 5)
	execute(t, database, "DELETE FROM events WHERE id <= 7")
	points, err := s.ReturnPoints(t.Context())
	if err != nil || len(points) != 1 || points[0].Unfit != "" || points[0].Run != "7f3a" || points[0].Way != ops.BackBySnapshot || len(points[0].Applied) != 3 || points[0].Bytes == 0 {
		t.Fatalf("%+v %v", points, err)
	}
	h, back := s.Handlers()[ops.Swap], rollbackOf(ops.Swap, task, ops.BackBySnapshot)
	wantDone(t, h, back, false)
	undo(t, h, back) // nothing was put back
	wantCommitted(t, h, back, false)
	result := wantDo(t, h, back)
	if result.Lost == nil || result.Lost.Rows() != 7 {
		t.Errorf("lost is %+v, want 7 rows", result.Lost)
	}
	oneLive(t, database, "3")
	wantDone(t, h, back, true)
	wantCommitted(t, h, back, true)
	_, err = h.(ops.Undoer).Undo(t.Context(), back)
	wantError(t, err, "has no way to undo it")

	// A command that lies about it starts nothing on the wrong schema.
	migrate(t, database, 4, 6)
	liar, _ := open(t, database, withPlugin(t, "liar"), at(dir))
	again := back
	again.Run.ID = "c5d3"
	_, err = liar.Handlers()[ops.Swap].Do(t.Context(), again)
	wantError(t, err, "has 6 migrations applied where the snapshot has 3")
	wantCommitted(t, liar.Handlers()[ops.Swap], again, true)

	// A site that goes without the command is told.
	plain, _ := open(t, database, at(dir))
	points, err = plain.ReturnPoints(t.Context())
	if err != nil || len(points) != 1 || !strings.Contains(points[0].Unfit, "not configured any more") {
		t.Errorf("%+v %v", points, err)
	}
	// And what has outlived its time goes.
	note, err := s.Prune(t.Context(), time.Now().Add(postgres.DefaultSnapshotKeep+time.Minute))
	if err != nil || !strings.Contains(note, "dropped "+database+"_kt_7f3a") {
		t.Errorf("%q %v", note, err)
	}
	wantDatabases(t, database, "")
}

func wantCommitted(t *testing.T, h ops.Handler, task ops.Task, want bool) {
	t.Helper()
	if got, err := h.(ops.Committer).Committed(t.Context(), task); err != nil || got != want {
		t.Errorf("committed is %v (%v), want %v", got, err, want)
	}
}

func TestPlugin_SaysWhatIsWrong(t *testing.T) {
	mayCreate(t)
	database, task := newMigrated(t, 10, 3)
	for fault, say := range map[string]string{
		"fail": "the array is degraded", "garbage": `it printed "done!\n"`, "unnamed": "it named the snapshot", "flood": "it printed",
		"leak": `it printed "connected with ***\n"`, "odd": `it named the snapshot "\n***"`, "date": "it printed",
	} {
		s, dir := open(t, database, withPlugin(t, fault))
		h := s.Handlers()[ops.Snapshot]
		_, err := h.Do(t.Context(), task)
		wantError(t, err, "take a snapshot of database "+database, say)
		wantDone(t, h, task, false)
		wantFiles(t, filepath.Join(dir, "snapshots"))
		oneLive(t, database, "3")
	}
	s, _ := open(t, database, withPlugin(t, "fail"))
	state, err := s.ObserveDatabase(t.Context())
	if err != nil || !state.OwnSnapshots || !strings.Contains(state.NoSnapshot, "the array is degraded") || strings.Contains(state.NoSnapshot, harness.Password) {
		t.Errorf("%q %v", state.NoSnapshot, err)
	}
	s, _ = open(t, database, func(o *postgres.Options) { o.SnapshotCommand = []string{"/nowhere/at/all"} })
	if state, err = s.ObserveDatabase(t.Context()); err != nil || !strings.Contains(state.NoSnapshot, "no such file") {
		t.Errorf("%q %v", state.NoSnapshot, err)
	}
	s, _ = open(t, database, withPlugin(t, "none"))
	if state, err = s.ObserveDatabase(t.Context()); err != nil || state.NoSnapshot != "" {
		t.Errorf("%q %v", state.NoSnapshot, err)
	}
}

func TestPlugin_LogsWhatItSaysWithoutThePassword(t *testing.T) {
	mayCreate(t)
	database, task := newMigrated(t, 10, 3)
	var logged bytes.Buffer
	s, _ := open(t, database, withPlugin(t, "none"), func(o *postgres.Options) {
		log := logrus.New()
		log.SetOutput(&logged)
		o.Log = logrus.NewEntry(log)
	})
	wantDo(t, s.Handlers()[ops.Snapshot], task)
	if text := logged.String(); !strings.Contains(text, "with password ***") || strings.Contains(text, harness.Password) {
		t.Error(text)
	}
}

func TestPlugin_OneThatHangsEndsWithAllThatItStarted(t *testing.T) {
	mayCreate(t)
	database, task := newMigrated(t, 10, 3)
	s, dir := open(t, database, withPlugin(t, "hang"), func(o *postgres.Options) { o.SnapshotTimeout = time.Second })
	_, err := s.Handlers()[ops.Snapshot].Do(t.Context(), task)
	wantError(t, err, "it did not end within 1s", "database.snapshot.timeout")
	wantFiles(t, filepath.Join(dir, "snapshots"))

	s, _ = open(t, database, withPlugin(t, "hang"))
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("ktops is stopping"))
	defer cancel()
	_, err = s.Handlers()[ops.Snapshot].Do(ctx, task)
	wantError(t, err, "ktops is stopping")
	wantNothingRuns(t, database)
}

// wantNothingRuns finds the processes that have the test's database in their environment.
func wantNothingRuns(t *testing.T, database string) {
	t.Helper()
	if left := runningFor(t, database); len(left) > 0 {
		t.Errorf("processes %v still run", left)
	}
}

func runningFor(t *testing.T, database string) []string {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, file := range all {
		if text, err := os.ReadFile(file); err == nil && bytes.Contains(text, []byte("KTOPS_DATABASE="+database+"\x00")) {
			left = append(left, file)
		}
	}
	return left
}

// A ktops that is killed leaves its command running, in the middle; the next one ends
// it, and begins anew.
func TestPlugin_KilledInTheMiddleItGoesOn(t *testing.T) {
	mayCreate(t)
	database, task := newMigrated(t, 10, 3)
	_, dir := open(t, database)
	kill := func(kind string) {
		t.Helper()
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), envChild+"="+kind, envDatabase+"="+database, envDir+"="+dir)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for began := time.Now(); ; <-tick.C { // until it is noted, which is right after it began
			if noted, err := filepath.Glob(filepath.Join(dir, "snapshots", "*.running")); err == nil && len(noted) == 1 {
				break
			}
			if time.Since(began) > 30*time.Second {
				t.Fatal("the command did not begin")
			}
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait() // it was killed
		if len(runningFor(t, database)) == 0 {
			t.Fatal("the command has ended with ktops: nothing is tested")
		}
	}
	s, _ := open(t, database, withPlugin(t, "none"), at(dir))
	take, back := s.Handlers()[ops.Snapshot], s.Handlers()[ops.Swap]
	kill("plugin-create")
	wantDone(t, take, task, false)
	wantDo(t, take, task)
	wantNothingRuns(t, database)

	migrate(t, database, 4, 5)
	execute(t, database, "DELETE FROM events WHERE id <= 4")
	kill("plugin-restore")
	rollback := rollbackOf(ops.Swap, task, ops.BackBySnapshot)
	wantDone(t, back, rollback, false)
	_, err := back.(ops.Undoer).Undo(t.Context(), rollback)
	wantError(t, err, "has begun it")
	if result := wantDo(t, back, rollback); result.Lost == nil || result.Lost.Rows() != 4 {
		t.Errorf("lost is %+v, want 4 rows", result.Lost)
	}
	oneLive(t, database, "3")
	wantNothingRuns(t, database)
}

// pluginChild is a ktops whose command hangs in the middle of a verb.
func pluginChild(verb string) int {
	opts := options(os.Getenv(envDatabase), os.Getenv(envDir))
	script, err := filepath.Abs("testdata/snapshot.sh")
	if err != nil {
		return 2
	}
	fault := "hang-"
	if verb == "create" { // what it started outlives it
		fault = "stubborn-"
	}
	opts.SnapshotCommand = []string{script, fault + verb}
	s, err := postgres.Open(opts)
	if err != nil {
		return 2
	}
	task := step(ops.Snapshot)
	if verb == "create" {
		_, err = s.Handlers()[ops.Snapshot].Do(context.Background(), task)
	} else {
		_, err = s.Handlers()[ops.Swap].Do(context.Background(), rollbackOf(ops.Swap, task, ops.BackBySnapshot))
	}
	if err != nil {
		return 1
	}
	return 0
}
