package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/postgres"
)

// childArgs are what a child process shall work on.
const (
	envDatabase = "KTOPS_TEST_DATABASE"
	envDir      = "KTOPS_TEST_DIR"
	inTheMiddle = "in the middle"
)

// child is this test binary as a process that takes a backup: "killed" waits in
// the middle for its end, "full-disk" does it on a disk of 1 MB; "snapshot" copies
// the database aside and says when it begins, "drill" restores a backup and waits.
func child(kind string) int {
	dir := os.Getenv(envDir)
	if kind == "full-disk" {
		// Private first, or the mount would be seen outside of our namespace.
		private := syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, "")
		if err := errors.Join(private, syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m")); err != nil {
			fmt.Println("mount:", err)
			return 2
		}
	}
	if verb, ours := strings.CutPrefix(kind, "plugin-"); ours {
		return pluginChild(verb)
	}
	s, err := postgres.Open(options(os.Getenv(envDatabase), dir))
	if err != nil {
		fmt.Println(err)
		return 2
	}
	if kind == "snapshot" {
		task := step(ops.Snapshot)
		task.Report = func(ops.Progress) { fmt.Println(inTheMiddle) }
		_, err := s.Handlers()[ops.Snapshot].Do(context.Background(), task)
		fmt.Println(err)
		return 0
	}
	if kind == "restore" {
		task := rollbackOf(ops.Restore, step(ops.Restore), ops.BackByBackup)
		task.Run.Request.Rollback.Backup = backupOfRun
		task.Report = waitInTheMiddle
		_, err := s.Handlers()[ops.Restore].Do(context.Background(), task)
		fmt.Println(err)
		return 0
	}
	if kind == "drill" {
		_, err := s.Drill(context.Background(), "", waitInTheMiddle)
		fmt.Println(err)
		return 0
	}
	_, err = s.Create(context.Background(), "first", func(p ops.Progress) {
		if kind == "killed" {
			waitInTheMiddle(p)
		}
	})
	fmt.Println(err)
	left, err := os.ReadDir(dir)
	fmt.Println("left:", left, err)
	return 0
}

// waitInTheMiddle waits to be killed.
func waitInTheMiddle(p ops.Progress) {
	if p.Fraction > 0.2 {
		fmt.Println(inTheMiddle)
		select {}
	}
}

// startChild starts this test binary again as a child of the kind.
func startChild(t *testing.T, kind, database, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envChild+"="+kind, envDatabase+"="+database, envDir+"="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// What a killed process leaves never looks whole, and the next backup removes it.
func TestCreate_KilledProcessLeavesNoHalfFile(t *testing.T) {
	database := newDatabase(t, 20_000)
	s, dir := open(t, database)
	cmd := startChild(t, "killed", database, dir)
	out, err := cmd.StdoutPipe()
	if err := errors.Join(err, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != inTheMiddle {
		t.Fatalf("the child says %q (%v)", line, err)
	}

	// As long as it lives its file is in use: nobody takes it for dead.
	if _, err := s.Create(t.Context(), "first", quiet); err == nil || !strings.Contains(err.Error(), "another ktops is writing it") {
		t.Errorf("error is %v, want that another ktops is writing it", err)
	}
	wantFiles(t, dir, "first.dump.zst.partial")

	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // "signal: killed"
	wantFiles(t, dir, "first.dump.zst.partial")
	if list, err := s.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("the list is %v (%v), want none", list, err)
	}
	_, err = s.Verify(t.Context(), "first", quiet)
	wantError(t, err, "there is no ")
	noSession(t, database)

	create(t, s, "first")
	verify(t, s, "first")
	wantFiles(t, dir, "first.dump.zst", "first.json")
}

// The child has a mount namespace of its own, so the small disk ends with it.
func TestCreate_FullDiskLeavesNoHalfFile(t *testing.T) {
	database := newDatabase(t, 20_000)
	cmd := startChild(t, "full-disk", database, t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 { // only the owner of its user namespace may mount
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the child ended with %v: %s", err, out)
	}
	wantWith(t, string(out), "write the dump: write ", "no space left on device", "left: []")
	noSession(t, database)
}

// Each state that a death between two steps of the end leaves is seen for what it
// is: no backup, and no obstacle for the next.
func TestCreate_DeathBetweenManifestAndDump(t *testing.T) {
	s, dir := open(t, newDatabase(t, 10))
	create(t, s, "first")
	if err := os.Rename(filepath.Join(dir, "first.dump.zst"), filepath.Join(dir, "first.dump.zst.partial")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "second.json.partial"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := s.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("the list is %v (%v), want none", list, err)
	}
	create(t, s, "third")
	wantFiles(t, dir, "third.dump.zst", "third.json")
}
