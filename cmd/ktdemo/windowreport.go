package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
)

// windowReport is what the story proved; .demo/window.json for scripts. Closed is
// what callers saw: the longest time on the worst of the three routes between two
// good answers.
type windowReport struct {
	Data          int64     `json:"data_bytes"`
	Outcome       ops.State `json:"outcome"`
	Closed        float64   `json:"closed_s"`
	ClosedByKtops float64   `json:"closed_reported_s"`
	GuideClosed   float64   `json:"guide_closed_s"`
	FloorSeconds  float64   `json:"floor_s"`
	Floor         floor     `json:"floor"`
	// Ratios: closed to floor, and the guide's closed to ours.
	OverFloor    float64       `json:"closed_over_floor"`
	GuideOver    float64       `json:"guide_over_closed"`
	StreamsTotal int           `json:"streams_total"`
	StreamsCut   int           `json:"streams_cut"`
	Requests     int           `json:"requests_total"`
	Failed       int           `json:"requests_failed"`
	TurnedAway   int           `json:"requests_closed"`
	Steps        []step        `json:"steps"`
	Checks       []ops.Finding `json:"checks"`
	Notices      []notify.Told `json:"notices"`
	Posted       int           `json:"notices_posted"`   // that the webhook took
	Unsigned     int           `json:"notices_unsigned"` // that it refused
	Samples      []string      `json:"failures,omitempty"`
	reason       string
}

func (r *windowReport) ran(run ops.Run, seen harness.LoadResult) {
	r.Outcome, r.reason = run.State, run.Reason
	r.Closed, r.ClosedByKtops = seen.LongestGap.Seconds(), run.ClosedFor(time.Now()).Seconds()
	r.StreamsTotal, r.StreamsCut = seen.Streams, seen.Cut
	r.Requests, r.Failed, r.TurnedAway, r.Samples = seen.Requests, seen.Failed, seen.Closed, seen.Samples
	for _, s := range run.Steps {
		r.Steps = append(r.Steps, step{Name: s.Name, Seconds: s.Took().Seconds()})
	}
	if rep := run.Report(); rep != nil {
		r.Checks = rep.Checks
	}
}

// told waits until every notice of the run has been sent, or will not be.
func (r *windowReport) told(ctx context.Context, st *stage.Stage, run string) error {
	return harness.Until(ctx, "every notice is told", time.Minute, func(ctx context.Context) error {
		out, bad, code, err := st.Ktops(ctx, "notices", "list", "--json")
		if err != nil || code != 0 {
			return fmt.Errorf("ktops notices list: exit code %d: %s (%w)", code, bad, err)
		}
		if err := json.Unmarshal([]byte(out), &r.Notices); err != nil {
			return fmt.Errorf("read ktops notices list: %w", err)
		}
		r.Notices = slices.DeleteFunc(r.Notices, func(n notify.Told) bool { return n.Run != run || n.State == "nobody" })
		slices.Reverse(r.Notices) // oldest first
		if last := slices.IndexFunc(r.Notices, func(n notify.Told) bool { return n.Kind == notify.Reopened && n.State == "sent" }); last < 0 {
			return fmt.Errorf("that it is open again has not been told: %+v", r.Notices)
		}
		if i := slices.IndexFunc(r.Notices, func(n notify.Told) bool { return n.State == "pending" || n.State == "sending" }); i >= 0 {
			return fmt.Errorf("%s is %s", r.Notices[i].Notice, r.Notices[i].State)
		}
		return nil
	})
}

func (r *windowReport) compared(guide harness.LoadResult) {
	r.GuideClosed, r.FloorSeconds = guide.LongestGap.Seconds(), r.Floor.total()
	r.OverFloor, r.GuideOver = r.Closed/r.FloorSeconds, r.GuideClosed/r.Closed
}

func (r windowReport) print() {
	f := r.Floor
	fmt.Printf(`
%s → %s in a scheduled window, %.2f GB: %s %s
closed      %.1f s as callers saw it, %.1f s as ktops reports it
floor       %.1f s: stop %.1f, snapshot %.1f, migration %.1f, boot %.1f, checks %.1f; closed is %.2f times that
the guide   %.1f s closed: %.1f times longer
callers     %d requests, %d failed, %d told to come back; %d streams, %d cut
`, windowFrom, windowTo, float64(r.Data)/1e9, r.Outcome, r.reason, r.Closed, r.ClosedByKtops,
		r.FloorSeconds, f.Stop, f.Snapshot, f.Migration, f.Boot, f.Checks, r.OverFloor, r.GuideClosed, r.GuideOver,
		r.Requests, r.Failed, r.TurnedAway, r.StreamsTotal, r.StreamsCut)
	for _, n := range r.Notices {
		fmt.Printf("notice      %-12s %-10s %s\n", n.Kind, n.Channel, n.State)
	}
	for _, s := range r.Samples {
		fmt.Println("failed      " + s)
	}
}

// The promises of a window: ratios of one run on one machine, so a busy machine
// moves both sides.
const (
	mostOverFloor  = 1.1
	leastGuideOver = 10
)

// proof is an error for each promise that was not kept.
func (r windowReport) proof() error {
	var errs []error
	if r.Outcome != ops.Succeeded {
		errs = append(errs, fmt.Errorf("the run %s: %s", r.Outcome, r.reason))
	}
	if r.Failed > 0 || r.StreamsCut > 0 {
		errs = append(errs, fmt.Errorf("%d requests failed and %d streams were cut", r.Failed, r.StreamsCut))
	}
	if r.OverFloor > mostOverFloor {
		errs = append(errs, fmt.Errorf("it was closed %.2f times as long as its parts take alone, more than %.1f", r.OverFloor, mostOverFloor))
	}
	if r.GuideOver < leastGuideOver {
		errs = append(errs, fmt.Errorf("the guide's script was closed %.1f times as long, less than %d", r.GuideOver, leastGuideOver))
	}
	if r.Unsigned > 0 || r.Posted == 0 {
		errs = append(errs, fmt.Errorf("the webhook took %d notices and refused %d", r.Posted, r.Unsigned))
	}
	for _, n := range r.Notices {
		if n.State != "sent" {
			errs = append(errs, fmt.Errorf("notice %s for %s is %s", n.Kind, n.Channel, n.State))
		}
	}
	return errors.Join(errs...)
}
