package journaltest

import (
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Proposal is the event that begins a run.
func Proposal(run, environment string) ops.Event {
	return ops.Event{
		Run: run, Seq: 1, Kind: ops.RunProposed, At: time.Now().UTC(), Actor: ops.Actor{ID: "U1", Name: "Alice"},
		Request: &ops.Request{Environment: environment, Target: ops.Version{Major: 2, Minor: 5}, By: ops.Actor{ID: "U1"}},
		Plan:    &ops.Plan{Steps: []ops.Step{{Name: "pull images", Kind: ops.PullImages}, {Name: "backup", Kind: ops.TakeBackup}}},
	}
}

// Next is an event of a kind that needs nothing more.
func Next(run string, seq int, kind ops.EventKind) ops.Event {
	return ops.Event{Run: run, Seq: seq, Kind: kind, At: time.Now().UTC(), Actor: ops.Ktops()}
}

func mustAppend(t *testing.T, s Store, events ...ops.Event) {
	t.Helper()
	for _, e := range events {
		if err := s.Append(t.Context(), e); err != nil {
			t.Fatalf("append event %d: %v", e.Seq, err)
		}
	}
}

func mustAcquire(t *testing.T, s Store, environment, owner string) ops.Lease {
	t.Helper()
	lease, err := s.Acquire(t.Context(), environment, owner, ttl)
	if err != nil {
		t.Fatalf("acquire for %s: %v", owner, err)
	}
	return lease
}

func mustFold(t *testing.T, s Store, run string) ops.Run {
	t.Helper()
	events, err := s.Events(t.Context(), run, 0)
	if err != nil {
		t.Fatal(err)
	}
	return ops.Fold(events)
}
