package postgres_test

import (
	"bufio"
	"bytes"
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

// rotten is a verified backup whose file changes on the disk and nobody notices: its
// size and its times stay, and so its manifest calls it verified.
type rotten struct {
	damaged
	database string
	modified time.Time
	task     ops.Task
}

func newRotten(t *testing.T, events int) rotten {
	t.Helper()
	d := newDamaged(t, events)
	database := databaseOf(t)
	t.Cleanup(func() { dropAsides(t, database) })
	info, err := os.Stat(filepath.Join(d.dir, "first.dump.zst"))
	if err != nil {
		t.Fatal(err)
	}
	task := rollbackOf(ops.Restore, step(ops.Restore), ops.BackByBackup)
	task.Run.Request.Rollback.Backup = "first"
	return rotten{d, database, info.ModTime(), task}
}

// seal makes the manifest agree with the file in all and call it verified.
func (r rotten) seal(content []byte, rawBytes int) {
	r.Helper()
	r.putSealed(content, rawBytes)
	r.touch()
}

func (r rotten) touch() {
	r.Helper()
	if err := os.Chtimes(filepath.Join(r.dir, "first.dump.zst"), r.modified, r.modified); err != nil {
		r.Fatal(err)
	}
	r.editManifest(func(m map[string]any) {
		m["verified_at"], m["modified"] = r.modified.UTC(), r.modified.UTC()
	})
}

// harmless checks that the backup is not restored, and that nothing of it stays.
func (r rotten) harmless(what string, say ...string) {
	r.Helper()
	_, err := r.server.Handlers()[ops.Restore].Do(r.Context(), r.task)
	if err == nil {
		r.Fatalf("%s: it was restored", what)
	}
	wantError(r.T, err, say...)
	wantDone(r.T, r.server.Handlers()[ops.Restore], r.task, false)
	_, err = r.server.Handlers()[ops.Swap].Do(r.Context(), r.task)
	wantError(r.T, err, "there is no whole restored backup")
	wantDatabases(r.T, r.database, "")
	if r.Failed() {
		r.Fatalf("that was with %s", what)
	}
}

func TestRestore_NoFlippedBit(t *testing.T) {
	r := newRotten(t, 2_000)
	const flips = 200
	for i := range flips {
		content := bytes.Clone(r.good)
		at := i * (len(content) - 1) / (flips - 1) // the first and the last byte too
		content[at] ^= 1 << (i % 8)
		r.put(content)
		r.touch()
		r.harmless(fmt.Sprintf("byte %d flipped", at), "it was damaged or changed")
		list, err := r.server.List(t.Context())
		if err != nil || !list[0].VerifiedAt.IsZero() {
			t.Fatalf("byte %d flipped: the list still calls the backup verified (%v)", at, err)
		}
	}
	r.put(r.good)
	r.touch()
	wantDo(t, r.server.Handlers()[ops.Restore], r.task)
}

// Even a manifest that agrees with a dump which ends too soon brings nothing of it back.
func TestRestore_NoTruncatedDump(t *testing.T) {
	r := newRotten(t, 200)
	for i := range 20 {
		length := i * len(r.raw) / 20
		r.seal(compress(t, r.raw[:length]), length)
		r.harmless(fmt.Sprintf("dump of %d instead of %d bytes", length, len(r.raw)))
	}
	r.put(r.good[:len(r.good)/2])
	r.harmless("cut file", "verify it first")
}

func TestRestore_NoForeignDump(t *testing.T) {
	r := newRotten(t, 10)
	other, _ := open(t, "postgres", func(o *postgres.Options) { o.BackupDir = r.dir })
	b := create(t, other, "other")
	content, err := os.ReadFile(b.File)
	if err != nil {
		t.Fatal(err)
	}
	r.seal(content, int(b.RawBytes))
	r.harmless("dump of another database", "it is a dump of database postgres, not of ")

	newer := bytes.Replace(r.raw, []byte(b.Server), []byte("99"+b.Server[2:]), 1)
	r.seal(compress(t, newer), len(newer))
	r.harmless("dump of a newer server", "install postgresql-client-99")
}

// A process that is killed while pg_restore runs leaves a database that is not whole,
// and the next one makes it anew.
func TestRestoreCrash_Kill(t *testing.T) {
	database, dir, back := backedUp(t, 20_000)
	cmd := startChild(t, "restore", database, dir)
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
	wantDatabases(t, database, "", "_kt_restored_b4c2")
	s, _ := open(t, database, inDir(dir))
	h, swap := s.Handlers()[ops.Restore], s.Handlers()[ops.Swap]
	wantDone(t, h, back, false)
	_, err = swap.Do(t.Context(), back)
	wantError(t, err, "there is no whole restored backup")
	wantDo(t, h, back)
	wantDo(t, swap, back)
	oneLive(t, database, "3")
}
