package control_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/ops"
)

// Whatever the service answers, the client answers the same.
func TestClient_AnswersAsTheService(t *testing.T) {
	fake := newFake()
	client := dial(t, serve(t, fake).socket)
	ctx, forged := t.Context(), ops.Actor{ID: "unix:somebody-else"}
	ask := func(s control.Service) map[string]any {
		answers := map[string]any{"environments": s.Environments(), "zone": s.Zone("production")}
		keep := func(name string, answer any, err error) {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			answers[name] = answer
		}
		plan, err := s.Plan(ctx, ops.Request{Environment: "production", By: forged})
		keep("plan", plan, err)
		advice, err := s.Advise(ctx, "production", "r-old&234")
		keep("advice", advice, err)
		status, err := s.Status(ctx, "production")
		keep("status", status, err)
		report, err := s.Verify(ctx, "production")
		keep("report", report, err)
		backups, err := s.Backups(ctx, "production")
		keep("backups", backups, err)
		lease, err := s.Unlock(ctx, "production", forged, "it hangs")
		keep("lease", lease, err)
		events, err := s.Events(ctx, "r-old234", 7)
		keep("events", events, err)
		run, err := s.Run(ctx, "r-old234")
		keep("run", run.State, err)
		runs, err := s.History(ctx, "production", 3)
		keep("history", len(runs), err)
		openings, err := s.Openings(ctx, "production", 1)
		keep("openings", openings, err)
		windows, err := s.Windows(ctx, "production")
		keep("windows", windows, err)
		past, err := s.Occurrences(ctx, "production", 7)
		keep("past", past, err)
		freezes, err := s.Freezes(ctx, "production")
		keep("freezes", freezes, err)
		drill, err := s.Drill(ctx, "production", "a.dump", forged, func(ops.Progress) {})
		keep("drill", drill, err)
		restored, err := s.RestoreInto(ctx, "production", "a.dump", "fresh", forged, func(ops.Progress) {})
		keep("restored", restored, err)
		kept, err := s.Retention(ctx, "production")
		keep("retention", kept, err)
		kept, err = s.Prune(ctx, "production", forged)
		keep("pruned", kept, err)
		return answers
	}
	if diff := cmp.Diff(ask(fake), ask(client)); diff != "" {
		t.Errorf("the client answers otherwise (-service +client):\n%s", diff)
	}
}

func TestClient_DecisionsAreOfTheCallingUser(t *testing.T) {
	fake := newFake()
	fake.Approvals = 1
	client := dial(t, serve(t, fake).socket)
	ctx, forged := t.Context(), ops.Actor{ID: "U_SOMEBODY_ELSE"}
	run, err := client.Propose(ctx, ops.Request{Environment: "production", Strategy: ops.Auto, By: forged, Channel: "C1"})
	if err != nil {
		t.Fatal(err)
	}
	if run.Request.By.ID != me() || run.Request.Channel != "" {
		t.Errorf("the request is by %q from channel %q, want %q from none", run.Request.By.ID, run.Request.Channel, me())
	}
	for _, decide := range []func() (ops.Run, error){
		func() (ops.Run, error) {
			return client.Approve(ctx, run.ID, ops.Approval{By: forged, BreakGlass: true, Reason: "fire"})
		},
		func() (ops.Run, error) {
			return client.Approve(ctx, run.ID, ops.Approval{By: forged, Opening: &ops.Opening{Key: "upgrades"}})
		},
		func() (ops.Run, error) { return client.Hold(ctx, run.ID, forged, "lunch") },
		func() (ops.Run, error) { return client.Resume(ctx, run.ID, forged) },
		func() (ops.Run, error) { return client.Abort(ctx, run.ID, forged, "wrong one") },
		func() (ops.Run, error) { return client.Reject(ctx, run.ID, forged, "no") },
	} {
		if _, err := decide(); err != nil {
			t.Error(err)
		}
	}
	want := []string{
		fmt.Sprintf(`Propose production unknown auto by %s urgent=false ""`, me()),
		fmt.Sprintf("Approve r-abc234 by %s: fire break_glass=true", me()),
		fmt.Sprintf("Approve r-abc234 by %s:  break_glass=false into upgrades", me()),
		fmt.Sprintf("Hold r-abc234 by %s: lunch", me()),
		fmt.Sprintf("Resume r-abc234 by %s: ", me()),
		fmt.Sprintf("Abort r-abc234 by %s: wrong one", me()),
		fmt.Sprintf("Reject r-abc234 by %s: no", me()),
	}
	if diff := cmp.Diff(want, fake.Calls()); diff != "" {
		t.Error(diff)
	}
}

func TestClient_SteersTheCalendarForTheCallingUser(t *testing.T) {
	fake := newFake()
	client := dial(t, serve(t, fake).socket)
	ctx, forged := t.Context(), ops.Actor{ID: "U_SOMEBODY_ELSE"}
	skipped, err := client.SkipWindow(ctx, "production", "upgrades", forged, "late")
	if err != nil || skipped.State != ops.Skipped || skipped.By.ID != me() {
		t.Errorf("SkipWindow: %+v, %v", skipped, err)
	}
	opened, err := client.RunWindow(ctx, "production", "upgrades", forged, "now")
	if err != nil || opened.State != ops.OpenNow {
		t.Errorf("RunWindow: %+v, %v", opened, err)
	}
	until := time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)
	frozen, err := client.Freeze(ctx, ops.Freeze{Environment: "production", Until: until, Reason: "sale", By: forged})
	if err != nil || frozen.By.ID != me() {
		t.Errorf("Freeze: %+v, %v", frozen, err)
	}
	if lifted, err := client.Unfreeze(ctx, "production", frozen.ID, forged); err != nil || lifted.Reason != "sale" {
		t.Errorf("Unfreeze: %+v, %v", lifted, err)
	}
	if _, err := client.Propose(ctx, ops.Request{Environment: "production", By: forged, Maintenance: &ops.Maintenance{For: time.Hour}}); err != nil {
		t.Error(err)
	}
	if run, err := client.Reopen(ctx, "production", forged, "done"); err != nil || run.State != ops.Succeeded {
		t.Errorf("Reopen: %s, %v", run.State, err)
	}
	calls := slices.DeleteFunc(fake.Calls(), func(call string) bool { return strings.HasPrefix(call, "History") })
	want := []string{
		fmt.Sprintf("SkipWindow production upgrades by %s: late", me()),
		fmt.Sprintf("RunWindow production upgrades by %s: now", me()),
		fmt.Sprintf("Freeze production until 2026-12-24T00:00 by %s: sale", me()),
		fmt.Sprintf("Unfreeze production f-abc234 by %s", me()),
		fmt.Sprintf(`Propose production unknown  by %s urgent=false ""`, me()),
		fmt.Sprintf("Reopen r-abc234 by %s: done", me()),
	}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Error(diff)
	}
}

func TestClient_ErrorsSurviveTheTrip(t *testing.T) {
	fake := newFake()
	client := dial(t, serve(t, fake).socket)
	refusal := &ops.Refusal{Why: "who asked for a run cannot approve it", Try: []string{"ask another approver"},
		Findings: []ops.Finding{{Check: "backup", Level: ops.Fail, Fact: "none"}}}
	fake.Fail = map[string]error{
		"Approve": fmt.Errorf("decide: %w", refusal),
		"Events":  fmt.Errorf("read run r-x: %w", ops.ErrNoRun),
		"Status":  errors.New("the disk is on fire"),
		"Backup":  refusal,
		"Drill":   &ops.Refusal{Why: "production is locked", Cause: ops.ErrHeld},
	}
	run, err := client.Approve(t.Context(), "r-old234", ops.Approval{})
	var got *ops.Refusal
	if !errors.As(err, &got) {
		t.Fatalf("Approve: %v, want a refusal", err)
	}
	if diff := cmp.Diff(refusal, got); diff != "" {
		t.Error(diff)
	}
	if run.ID != "r-old234" {
		t.Errorf("the run beside the refusal is %q", run.ID)
	}
	if _, err := client.Events(t.Context(), "r-x", 0); !errors.Is(err, ops.ErrNoRun) || err.Error() != "read run r-x: no such run" {
		t.Errorf("Events: %v", err)
	}
	if _, err := client.Status(t.Context(), "production"); err == nil || err.Error() != "the disk is on fire" {
		t.Errorf("Status: %v", err)
	}
	if _, err := client.Backup(t.Context(), "production", ops.Actor{}, func(ops.Progress) {}); !errors.As(err, &got) {
		t.Errorf("Backup: %v, want a refusal", err)
	}
	if _, err := client.Drill(t.Context(), "production", "", ops.Actor{}, func(ops.Progress) {}); !errors.As(err, &got) || !errors.Is(err, ops.ErrHeld) {
		t.Errorf("Drill: %v, want a refusal because somebody is in the way", err)
	}
}

func TestClient_CancelReachesTheService(t *testing.T) {
	fake := newFake()
	fake.Block = make(chan struct{})
	client := dial(t, serve(t, fake).socket)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := client.Backup(ctx, "production", ops.Actor{}, func(ops.Progress) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Backup: %v, want canceled", err)
	}
}

func TestClient_BigAnswers(t *testing.T) {
	fake := newFake()
	for i := range 20_000 {
		fake.PlanOf.Facts.Pending = append(fake.PlanOf.Facts.Pending, ops.Migration{Version: int64(i), Description: "a migration with a description", Checksum: "0123456789abcdef"})
	}
	plan, err := dial(t, serve(t, fake).socket).Plan(t.Context(), ops.Request{})
	if err != nil || len(plan.Facts.Pending) != 20_000 {
		t.Errorf("%d migrations, %v", len(plan.Facts.Pending), err)
	}
}

func TestClient_BackupTellsItsProgress(t *testing.T) {
	fake := newFake()
	client := dial(t, serve(t, fake).socket)
	var told []ops.Progress
	backup, err := client.VerifyBackup(t.Context(), "production", "a.dump", func(p ops.Progress) { told = append(told, p) })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fake.BackupOf, backup); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(fake.Progress, told); diff != "" {
		t.Error(diff)
	}
}
