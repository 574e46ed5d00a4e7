package postgres_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

// step is a task of a run that stands before the kind of step.
func step(kind ops.Kind, done ...ops.StepRun) ops.Task {
	from := ops.Version{Major: 2, Minor: 4, Patch: 3}
	return ops.Task{
		Run:    ops.Run{ID: "7f3a", Steps: done, Plan: ops.Plan{From: from}},
		Step:   ops.Step{Kind: kind},
		Report: quiet,
	}
}

func wantDone(t *testing.T, h ops.Handler, task ops.Task, want bool) ops.Result {
	t.Helper()
	done, result, err := h.Done(t.Context(), task)
	if err != nil || done != want {
		t.Fatalf("done is %v (%v), want %v", done, err, want)
	}
	return result
}

func wantDo(t *testing.T, h ops.Handler, task ops.Task) ops.Result {
	t.Helper()
	result, err := h.Do(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// A run that is taken up again after a crash finds what it did, and does it once.
func TestHandlers_AResumedRunFindsItsBackup(t *testing.T) {
	s, dir := open(t, newDatabase(t, 100))
	take, read := s.Handlers()[ops.TakeBackup], s.Handlers()[ops.VerifyBackup]
	wantDone(t, take, step(ops.TakeBackup), false)
	wantDone(t, read, step(ops.VerifyBackup), false)
	taken := wantDo(t, take, step(ops.TakeBackup))
	if taken.Backup == nil || taken.Backup.Platform != "2.4.3" || taken.Note == "" {
		t.Fatalf("the result is %+v", taken)
	}
	again := wantDone(t, take, step(ops.TakeBackup), true)
	if !reflect.DeepEqual(again.Backup, taken.Backup) {
		t.Errorf("after the crash the backup is %+v, want %+v", again.Backup, taken.Backup)
	}

	after := ops.StepRun{Result: taken}
	wantDone(t, read, step(ops.VerifyBackup, after), false)
	verified := wantDo(t, read, step(ops.VerifyBackup, after))
	if verified.Backup.VerifiedAt.IsZero() || verified.Backup.Entries != 2 {
		t.Errorf("the verified backup is %+v", verified.Backup)
	}
	wantDone(t, read, step(ops.VerifyBackup, after), true)
	wantFiles(t, dir, "run-7f3a.dump.zst", "run-7f3a.json")
}

func TestHandlers_AChangedBackupIsReadAgainAndRefused(t *testing.T) {
	database := newDatabase(t, 100)
	s, dir := open(t, database)
	take, read := s.Handlers()[ops.TakeBackup], s.Handlers()[ops.VerifyBackup]
	after := ops.StepRun{Result: wantDo(t, take, step(ops.TakeBackup))}
	wantDo(t, read, step(ops.VerifyBackup, after))
	file := filepath.Join(dir, "run-7f3a.dump.zst")
	if err := os.Truncate(file, 1000); err != nil {
		t.Fatal(err)
	}
	wantDone(t, read, step(ops.VerifyBackup, after), false)
	_, err := read.Do(t.Context(), step(ops.VerifyBackup, after))
	wantError(t, err, "verify backup run-7f3a", "it was cut off or changed")

	// Another one in its place, good as it may be, is not what the run took.
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	execute(t, database, "DELETE FROM tenants")
	create(t, s, "run-7f3a")
	wantDone(t, read, step(ops.VerifyBackup, after), false)
	_, err = read.Do(t.Context(), step(ops.VerifyBackup, after))
	wantError(t, err, "is not the backup that this run took")
}

func TestHandlers_PruneSparesTheRunsOwn(t *testing.T) {
	s, dir := open(t, newDatabase(t, 10))
	take, prune := s.Handlers()[ops.TakeBackup], s.Handlers()[ops.Prune]
	wantDo(t, take, step(ops.TakeBackup))
	wantDone(t, prune, step(ops.Prune), false)
	if note := wantDo(t, prune, step(ops.Prune)).Note; note != "nothing to remove" {
		t.Errorf("the note is %q", note)
	}
	wantFiles(t, dir, "run-7f3a.dump.zst", "run-7f3a.json")
}

func TestHandlers_WhatCannotBePrunedDoesNotFailTheRun(t *testing.T) {
	s, dir := open(t, "keeptrusts")
	if err := os.MkdirAll(filepath.Join(dir, "mount.dump.zst.partial", "busy"), 0o700); err != nil {
		t.Fatal(err)
	}
	if note := wantDo(t, s.Handlers()[ops.Prune], step(ops.Prune)).Note; !strings.Contains(note, "is a directory") {
		t.Errorf("the note is %q", note)
	}
}

func TestHandlers_RefuseARunWithoutASafeID(t *testing.T) {
	s, _ := open(t, "keeptrusts")
	task := step(ops.TakeBackup)
	task.Run.ID = "../../etc/passwd"
	if _, _, err := s.Handlers()[ops.TakeBackup].Done(t.Context(), task); err == nil {
		t.Error("no error")
	}
}
