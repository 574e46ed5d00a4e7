package journaltest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/ops"
)

func eventsAreReadBack(t *testing.T, open Open) {
	s := open(t)
	lease := mustAcquire(t, s, "production", "runner")
	want := []ops.Event{Proposal("r-1", "production")}
	want = append(want,
		ops.Event{Run: "r-1", Seq: 2, Kind: ops.RunApproved, At: time.Now().UTC(), Actor: ops.Actor{ID: "U2"},
			Approval: &ops.Approval{By: ops.Actor{ID: "U2"}, At: time.Now().UTC(), Digest: "sha256:1"}},
		ops.Event{Run: "r-1", Seq: 3, Kind: ops.StepEnded, At: time.Now().UTC(), Actor: ops.Ktops(), Token: lease.Token,
			Step: "backup", Result: &ops.Result{Note: "200 MB, ünïcode \x00 ' \" \\"}, Probe: &ops.ProbeResult{}, Reason: "because"})
	mustAppend(t, s, want...)
	got, err := s.Events(t.Context(), "r-1", 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-appended +read):\n%s", diff)
	}
	later, err := s.Events(t.Context(), "r-1", 2)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[2:], later); diff != "" {
		t.Errorf("events after 2 (-appended +read):\n%s", diff)
	}
}

func eventsAreNumbered(t *testing.T, open Open) {
	s := open(t)
	mustAppend(t, s, Proposal("r-1", "production"))
	for _, seq := range []int{-1, 0, 1, 3} {
		if err := s.Append(t.Context(), Next("r-1", seq, ops.RunRejected)); !errors.Is(err, ops.ErrConflict) {
			t.Errorf("event %d after 1: error = %v, want ErrConflict", seq, err)
		}
	}
	for _, seq := range []int{1, 2} {
		again := Proposal("r-1", "staging")
		again.Seq = seq
		if err := s.Append(t.Context(), again); !errors.Is(err, ops.ErrConflict) {
			t.Errorf("a second proposal as event %d: error = %v, want ErrConflict", seq, err)
		}
	}
	mustAppend(t, s, Next("r-1", 2, ops.RunRejected))
}

func unfoldableIsRefused(t *testing.T, open Open) {
	s := open(t)
	bare := Next("r-1", 1, ops.RunProposed)
	if err := s.Append(t.Context(), bare); err == nil {
		t.Error("a proposal without a plan is accepted")
	}
	mustAppend(t, s, Proposal("r-1", "production"))
	if err := s.Append(t.Context(), Next("r-1", 2, ops.RunApproval)); err == nil {
		t.Error("an approval without its approver is accepted")
	}
	if seq := mustFold(t, s, "r-1").Seq; seq != 1 {
		t.Errorf("the run is at event %d, want 1", seq)
	}
}

func oneOpenRun(t *testing.T, open Open) {
	s := open(t)
	mustAppend(t, s, Proposal("r-1", "production"), Proposal("r-2", "staging"))
	if err := s.Append(t.Context(), Proposal("r-3", "production")); !errors.Is(err, ops.ErrBusy) {
		t.Errorf("a second open run: error = %v, want ErrBusy", err)
	}
	if _, err := s.Events(t.Context(), "r-3", 0); !errors.Is(err, ops.ErrNoRun) {
		t.Errorf("the refused run: error = %v, want ErrNoRun", err)
	}
	mustAppend(t, s, Next("r-1", 2, ops.RunApproved), Next("r-1", 3, ops.RunStarted), Next("r-1", 4, ops.RunHeld))
	if err := s.Append(t.Context(), Proposal("r-3", "production")); !errors.Is(err, ops.ErrBusy) {
		t.Errorf("beside a held run: error = %v, want ErrBusy", err)
	}
	mustAppend(t, s, Next("r-1", 5, ops.RunAborted), Proposal("r-3", "production"))
}

func waitingRun(t *testing.T, open Open) {
	s := open(t)
	tonight := Proposal("r-9", "production")
	tonight.Request.Opening = &ops.Opening{Window: "night", Key: "2026-11-28T02:00"}
	mustAppend(t, s, Proposal("r-0", "production"), tonight, Next("r-9", 2, ops.RunApproved))
	if state := mustFold(t, s, "r-9").State; state != ops.Scheduled {
		t.Fatalf("the run is %s", state)
	}
	if err := s.Append(t.Context(), Next("r-9", 3, ops.RunOpened)); !errors.Is(err, ops.ErrBusy) {
		t.Errorf("its window opens beside another run: error = %v, want ErrBusy", err)
	}
	mustAppend(t, s, Next("r-0", 2, ops.RunRejected), Next("r-9", 3, ops.RunOpened))
	if err := s.Append(t.Context(), Proposal("r-2", "production")); !errors.Is(err, ops.ErrBusy) {
		t.Errorf("another run while it goes on: error = %v, want ErrBusy", err)
	}
	if got, err := s.Runs(t.Context(), ops.RunQuery{OpenOnly: true}); err != nil || !cmp.Equal(got, []string{"r-9"}) {
		t.Errorf("open runs = %v, %v", got, err)
	}
}

func runsAreListed(t *testing.T, open Open) {
	s := open(t)
	mustAppend(t, s, Proposal("r-1", "production"), Next("r-1", 2, ops.RunRejected),
		Proposal("r-2", "staging"), Proposal("r-3", "production"))
	for _, test := range []struct {
		query ops.RunQuery
		want  []string
	}{
		{ops.RunQuery{}, []string{"r-3", "r-2", "r-1"}},
		{ops.RunQuery{Limit: 2}, []string{"r-3", "r-2"}},
		{ops.RunQuery{Environment: "production"}, []string{"r-3", "r-1"}},
		{ops.RunQuery{Environment: "production", OpenOnly: true}, []string{"r-3"}},
		{ops.RunQuery{OpenOnly: true}, []string{"r-3", "r-2"}},
		{ops.RunQuery{Environment: "elsewhere"}, nil},
	} {
		got, err := s.Runs(t.Context(), test.query)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%+v:\n%s", test.query, diff)
		}
	}
}

func noRunIsTold(t *testing.T, open Open) {
	s := open(t)
	for _, after := range []int{0, 5} {
		if _, err := s.Events(t.Context(), "r-0", after); !errors.Is(err, ops.ErrNoRun) {
			t.Errorf("events after %d: error = %v, want ErrNoRun", after, err)
		}
	}
	if err := s.Append(t.Context(), Next("r-0", 1, ops.RunStarted)); !errors.Is(err, ops.ErrNoRun) {
		t.Errorf("append: error = %v, want ErrNoRun", err)
	}
	mustAppend(t, s, Proposal("r-1", "production"))
	if events, err := s.Events(t.Context(), "r-1", 1); err != nil || len(events) > 0 {
		t.Errorf("events after the last = %v, %v; want none", events, err)
	}
}

func reopened(t *testing.T, open Open) {
	first := open(t)
	lease := mustAcquire(t, first, "production", "runner")
	mustAppend(t, first, Proposal("r-1", "production"), Next("r-1", 2, ops.RunApproved))
	second := open(t)
	started := Next("r-1", 3, ops.RunStarted)
	started.Token = lease.Token
	mustAppend(t, second, started)
	if got := mustFold(t, first, "r-1").State; got != ops.Running {
		t.Errorf("state = %s, want running", got)
	}
	if holder, err := second.Holder(t.Context(), "production"); err != nil || holder == nil || !cmp.Equal(*holder, lease) {
		t.Errorf("holder = %v, %v; want %v", holder, err, lease)
	}
}

func cancelled(t *testing.T, open Open) {
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Append(ctx, Proposal("r-1", "production")); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want Canceled", err)
	}
	mustAppend(t, s, Proposal("r-2", "production"))
	if got, err := s.Runs(t.Context(), ops.RunQuery{}); err != nil || !cmp.Equal(got, []string{"r-2"}) {
		t.Errorf("runs = %v, %v", got, err)
	}
}
