package postgres_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops"
)

const (
	// manyTimes is by how much a swap beats the guide's restore, from largeMegabytes on.
	manyTimes      = 100
	largeMegabytes = 1000
)

// The guide goes back with pg_restore --clean --if-exists over the live database. In the
// same run, on the same database, a swap takes as long whatever the size; a restore
// beside the live one, with all that it looks at, is told too.
func TestSwap_FasterThanGuide(t *testing.T) {
	needCluster(t)
	mb := megabytes(t)
	database, task := newMigrated(t, mb*1_000_000/bytesPerEvent, 3)
	s, _ := open(t, database)
	wantDo(t, s.Handlers()[ops.TakeBackup], task)
	file := wantDo(t, s.Handlers()[ops.VerifyBackup], task).Backup.File
	dump, _, _ := guideBackup(t, database)
	wantDo(t, s.Handlers()[ops.Snapshot], task)
	migrate(t, database, 4, 4)

	swap := rollbackOf(ops.Swap, task, ops.BackBySnapshot)
	began := time.Now()
	wantDo(t, s.Handlers()[ops.Swap], swap)
	swapTook := time.Since(began)
	guideTook := guideRestore(t, database, dump)
	back := rollbackOf(ops.Restore, task, ops.BackByBackup)
	back.Run.ID, back.Run.Request.Rollback.Backup = "c5d3", file
	began = time.Now()
	wantDo(t, s.Handlers()[ops.Restore], back)
	restoreTook := time.Since(began)

	faster := guideTook.Seconds() / swapTook.Seconds()
	t.Logf("%d MB: swap %.3f s, guide's restore %.1f s: %.0f times faster; restored beside and checked in %.1f s",
		mb, swapTook.Seconds(), guideTook.Seconds(), faster, restoreTook.Seconds())
	if mb >= largeMegabytes && faster < manyTimes {
		t.Errorf("%.0f times faster than the guide, want at least %d", faster, manyTimes)
	}
}

// guideRestore is the guide's way back for the database (Rollback Procedures).
func guideRestore(t *testing.T, database, dump string) time.Duration {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(os.Getenv(envBin), "pg_restore"), "-h", "127.0.0.1", "-p", strconv.Itoa(port()),
		"-U", harness.User, "-d", database, "--clean", "--if-exists", dump)
	cmd.Env = append(os.Environ(), "PGPASSWORD="+harness.Password)
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return time.Since(began)
}
