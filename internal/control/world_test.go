package control_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/internal/control/controltest"
	"github.com/keeptrusts/ktops/ops"
)

// daemon is a server on a real socket.
type daemon struct {
	socket string
	stop   func() // ends it and waits
}

func serve(t *testing.T, service control.Service) daemon {
	t.Helper()
	d := daemon{socket: filepath.Join(t.TempDir(), "run", "ktops.sock")}
	d.stop = serveAt(t, service, d.socket)
	return d
}

func serveAt(t *testing.T, service control.Service, socket string) func() {
	t.Helper()
	listener, err := control.Listen(t.Context(), socket)
	if err != nil {
		t.Fatal(err)
	}
	quiet := logrus.New()
	quiet.SetOutput(io.Discard)
	server := control.NewServer(control.ServerOptions{
		Service: service, Version: "1.2.3", Log: logrus.NewEntry(quiet),
		Reload: func(context.Context) (control.Reloaded, error) {
			return control.Reloaded{Changed: []string{"policies"}}, nil
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	var stopped bool
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if err := listener.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func dial(t *testing.T, socket string) *control.Client {
	t.Helper()
	client, err := control.Dial(t.Context(), socket)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// me is who runs this test, as policies name people of this machine.
func me() string { return control.UnixActor(os.Getuid()).ID }

func newFake() *controltest.Fake {
	at := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	target := ops.Version{Major: 2, Minor: 5}
	return &controltest.Fake{
		Names:       []string{"production", "staging"},
		PlanOf:      ops.Plan{Environment: "production", Target: target, Strategy: ops.Rolling, At: at, Steps: []ops.Step{{Name: "pull images", Kind: ops.PullImages}}},
		AdviceOf:    ops.Advice{Environment: "production", At: at, Run: "r-old234", Choices: []ops.Choice{{Way: ops.BackByImages, Possible: true, Takes: time.Minute}}},
		StatusOf:    ops.Status{Environment: "production", At: at},
		ReportOf:    ops.Report{At: at, Checks: []ops.Finding{{Check: "api health", Level: ops.Pass, Fact: "ok"}}},
		BackupOf:    ops.Backup{File: "/var/backups/keeptrusts/a.dump", Bytes: 1 << 20, At: at},
		LeaseOf:     ops.Lease{Environment: "production", Owner: "db1/42/abcdef"},
		EventsOf:    []ops.Event{{Run: "r-abc234", Seq: 1, Kind: ops.RunProposed, At: at}},
		RestoredOf:  ops.Restored{Drill: ops.Drill{File: "a.dump", Rows: 7}, Database: "fresh", Drop: []string{"dropdb", "fresh"}},
		RetentionOf: ops.Retention{Items: []ops.Retained{{Name: "a.dump", Goes: true, Why: "old"}}, Done: "1 backup removed"},
		DrillOf:     ops.Drill{File: "a.dump", Tables: 12, Checks: []ops.Finding{{Check: "rows", Level: ops.Pass, Fact: "as many"}}},
		WindowsOf: []ops.WindowState{{Environment: "production", Name: "upgrades", Zone: "Europe/Berlin", Does: []ops.Chore{ops.ChoreUpgrade}, Next: []ops.Occurrence{
			{Environment: "production", State: ops.Coming, Opening: ops.Opening{Window: "upgrades", Key: "2026-11-29T04:00", Opens: at, Closes: at.Add(time.Hour)}}}}},
		PastOf:    []ops.Occurrence{{Environment: "production", State: ops.Used}},
		FreezesOf: []ops.Freeze{{ID: "c-1", Reason: "sale", Until: at}},
		Progress:  []ops.Progress{{Fraction: 0.25, Note: "dump"}, {Fraction: 0.75, Note: "read back"}},
		Runs:      []ops.Run{{ID: "r-old234", State: ops.Succeeded, ProposedAt: at}},
	}
}

// eventually polls until the condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("%s: not within 10 seconds", what)
		case <-tick.C:
		}
	}
}
