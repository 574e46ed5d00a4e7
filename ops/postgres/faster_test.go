package postgres_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
)

const (
	// envMegabytes sets the size of the database; 1000 gives the figures of the
	// package comment.
	envMegabytes     = "KTOPS_BENCH_MB"
	defaultMegabytes = 100
	bytesPerEvent    = 475 // in the table, with its index
)

// The guide takes its backups with pg_dump --compress=9. In the same run, on the
// same database, ours is faster at about the same size. The floor of the speed is
// low because the machine may be busy; with -race it is only told, for the race
// detector slows our half down and not pg_dump's.
func TestCreate_FasterThanTheGuide(t *testing.T) {
	needCluster(t)
	database := newDatabase(t, megabytes(t)*1_000_000/bytesPerEvent)
	_, guideTook, guideBytes := guideBackup(t, database)
	s, _ := open(t, database)
	b := create(t, s, "ours")
	v := verify(t, s, "ours")
	faster := guideTook.Seconds() / b.Took.Seconds()
	size := float64(b.Bytes) / float64(guideBytes)
	t.Logf("guide %.1f s, %d bytes; ours %.1f s, %d bytes of %d: %.2f times faster at %.3f times the size; read back in %.1f s",
		guideTook.Seconds(), guideBytes, b.Took.Seconds(), b.Bytes, b.RawBytes, faster, size, v.VerifyTook.Seconds())
	if size > 1.1 {
		t.Errorf("%.3f times the guide's size, want at most 1.1", size)
	}
	if faster < 2 && !raceDetector {
		t.Errorf("%.2f times faster than the guide, want at least 2", faster)
	}
}

// megabytes is how large a database to measure with is.
func megabytes(t *testing.T) int {
	t.Helper()
	text := os.Getenv(envMegabytes)
	switch {
	case text == "" && raceDetector:
		return 10
	case text == "":
		return defaultMegabytes
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", envMegabytes, err)
	}
	return n
}

// guideBackup is the first step of the guide's Pre-Upgrade Checklist.
func guideBackup(t *testing.T, database string) (file string, took time.Duration, size int64) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "pre-upgrade.dump")
	cmd := exec.CommandContext(t.Context(), filepath.Join(os.Getenv(envBin), "pg_dump"), "-h", "127.0.0.1", "-p", strconv.Itoa(port()),
		"-U", harness.User, "-d", database, "--format=custom", "--compress=9", "--file="+file)
	cmd.Env = append(os.Environ(), "PGPASSWORD="+harness.Password)
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	took = time.Since(began)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, took, info.Size()
}
