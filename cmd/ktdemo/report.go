package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops"
)

// report is what the story proved; .demo/report.json for scripts. What the
// independent load saw is the truth here; the product's own probe stands beside.
type report struct {
	From            string        `json:"from"`
	To              string        `json:"to"`
	Outcome         ops.State     `json:"outcome"`
	RequestsTotal   int           `json:"requests_total"`
	RequestsFailed  int           `json:"requests_failed"`
	LongestGap      int64         `json:"longest_gap_ms"`
	StreamsTotal    int           `json:"streams_total"`
	StreamsCut      int           `json:"streams_cut"`
	RequestRate     float64       `json:"requests_per_second"`
	Ack             ack           `json:"ack_ms"`
	Backup          backup        `json:"backup"`
	Steps           []step        `json:"steps"`
	Checks          []ops.Finding `json:"checks"`
	Probe           probe         `json:"probe"`
	ComposeChanged  bool          `json:"compose_up_changed"`
	IdleMemory      float64       `json:"idle_memory_mb"`
	CardEdits       int           `json:"card_edits"`
	Failures        []string      `json:"failures,omitempty"`
	reasonOfOutcome string
}

type ack struct {
	P50   float64 `json:"p50"`
	P99   float64 `json:"p99"`
	Count int     `json:"count"`
}

type backup struct {
	Bytes    int64   `json:"bytes"`
	Seconds  float64 `json:"seconds"`
	Verified bool    `json:"verified"`
}

type step struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

type probe struct {
	Requests   int   `json:"requests"`
	Failed     int   `json:"failed"`
	LongestGap int64 `json:"longest_gap_ms"`
	Streams    int   `json:"streams"`
	StreamsCut int   `json:"streams_cut"`
}

func (s story) report(run ops.Run, seen harness.LoadResult, idle int64, changed bool) report {
	ws := s.stage.Workspace
	r := report{
		From: run.Plan.From.String(), To: run.Plan.Target.String(), Outcome: run.State, reasonOfOutcome: run.Reason,
		RequestsTotal: seen.Requests, RequestsFailed: seen.Failed + seen.Closed, LongestGap: seen.LongestGap.Milliseconds(),
		StreamsTotal: seen.Streams, StreamsCut: seen.Cut, Failures: seen.Samples,
		RequestRate: float64(seen.Requests) / seen.Took.Seconds(),
		Ack:         ack{P50: milliseconds(ws.AckPercentile(50)), P99: milliseconds(ws.AckPercentile(99)), Count: len(ws.Acks())},
		Probe: probe{Requests: run.Probe.Requests, Failed: run.Probe.Failed, LongestGap: run.Probe.LongestGap.Milliseconds(),
			Streams: run.Probe.Streams, StreamsCut: run.Probe.StreamsCut},
		ComposeChanged: changed, IdleMemory: float64(idle) / (1 << 20),
	}
	for _, st := range run.Steps {
		r.Steps = append(r.Steps, step{Name: st.Name, Seconds: st.Took().Seconds()})
	}
	if b := run.Backup(); b != nil {
		r.Backup = backup{Bytes: b.Bytes, Seconds: b.Took.Seconds(), Verified: !b.VerifiedAt.IsZero()}
	}
	if rep := run.Report(); rep != nil {
		r.Checks = rep.Checks
	}
	for _, m := range ws.Messages("platform-prod") {
		if m.Contains(run.ID) {
			r.CardEdits = max(r.CardEdits, m.Edits())
		}
	}
	return r
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (r report) print() {
	fmt.Printf(`
%s → %s: %s %s
callers     %d requests at %.0f/s through nginx, %d failed, longest gap %d ms; %d long streams, %d cut
probe       %d requests, %d failed, longest gap %d ms; %d streams, %d cut
backup      %.1f MB in %.1f s, verified: %v
Slack       %d acknowledgements, p50 %.1f ms, p99 %.1f ms; card edited %d times
ktops       %.0f MB resident when idle
afterwards  docker compose up -d changed something: %v
`, r.From, r.To, r.Outcome, r.reasonOfOutcome, r.RequestsTotal, r.RequestRate, r.RequestsFailed, r.LongestGap, r.StreamsTotal, r.StreamsCut,
		r.Probe.Requests, r.Probe.Failed, r.Probe.LongestGap, r.Probe.Streams, r.Probe.StreamsCut,
		float64(r.Backup.Bytes)/1e6, r.Backup.Seconds, r.Backup.Verified,
		r.Ack.Count, r.Ack.P50, r.Ack.P99, r.CardEdits, r.IdleMemory, r.ComposeChanged)
	for _, f := range r.Failures {
		fmt.Println("failed      " + f)
	}
}

// write writes a report for scripts.
func write(path string, report any) error {
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return err
	}
	fmt.Println("written to  " + path)
	return nil
}

// proof is an error for each promise that was not kept. Times are reported, not
// judged: a busy machine is no defect.
func (r report) proof() error {
	var errs []error
	if r.Outcome != ops.Succeeded {
		errs = append(errs, fmt.Errorf("the run %s: %s", r.Outcome, r.reasonOfOutcome))
	}
	if r.RequestsFailed > 0 || r.StreamsCut > 0 {
		errs = append(errs, fmt.Errorf("%d requests failed and %d streams were cut", r.RequestsFailed, r.StreamsCut))
	}
	if !r.Backup.Verified {
		errs = append(errs, errors.New("the backup was not verified"))
	}
	if r.ComposeChanged {
		errs = append(errs, errors.New("docker compose up -d changed something afterwards"))
	}
	return errors.Join(errs...)
}
