package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops"
)

// rollbackReport is what the story proved; .demo/rollback.json for scripts.
type rollbackReport struct {
	Data int64 `json:"data_bytes"`
	// Images is how long the way back by images alone took from the approval, and API
	// until the previous API served.
	Images       float64 `json:"images_s"`
	API          float64 `json:"images_api_s"`
	ImagesFailed int     `json:"images_requests_failed"`
	ImagesTotal  int     `json:"images_requests_total"`
	// Swap is the renames, Closed how long nothing was served, Whole from the second
	// approval to the end.
	Swap         float64 `json:"db_swap_s"`
	Closed       float64 `json:"closed_s"`
	Whole        float64 `json:"whole_s"`
	GuideRestore float64 `json:"guide_restore_s"`
	GuideOver    float64 `json:"guide_restore_over_swap"`
	// Lost is what the run reports, LostActual the rows that are in the abandoned database
	// and not in the live one, counted beside the product.
	Lost       int64         `json:"rows_lost_reported"`
	LostActual int64         `json:"rows_lost_actual"`
	AtMost     string        `json:"rows_lost_at_most,omitempty"`
	Kept       string        `json:"kept"`
	Approvers  []string      `json:"approvers"`
	Requests   int           `json:"requests_total"`
	Failed     int           `json:"requests_failed"`
	TurnedAway int           `json:"requests_closed"`
	Checks     []ops.Finding `json:"checks"`
	Steps      []step        `json:"steps"`
	Outcomes   []ops.State   `json:"outcomes"`
	Samples    []string      `json:"failures,omitempty"`
	reasons    []string
}

func (r *rollbackReport) byImages(run ops.Run, approved time.Time, seen harness.LoadResult) {
	r.outcome(run)
	r.Images, r.ImagesTotal, r.ImagesFailed = run.EndedAt.Sub(approved).Seconds(), seen.Requests, seen.Noticed()
	r.Samples = append(r.Samples, seen.Samples...)
	for _, s := range run.Steps {
		if s.Kind == ops.Roll && s.Component == ops.API {
			r.API = s.Ended.Sub(approved).Seconds()
		}
	}
}

func (r *rollbackReport) byDatabase(run ops.Run, approved time.Time, seen harness.LoadResult) {
	r.outcome(run)
	r.Closed, r.Whole = run.ClosedFor(time.Now()).Seconds(), run.EndedAt.Sub(approved).Seconds()
	r.Requests, r.Failed, r.TurnedAway = seen.Requests, seen.Failed+seen.Cut, seen.Closed
	r.Samples = append(r.Samples, seen.Samples...)
	for _, a := range run.Approvals {
		r.Approvers = append(r.Approvers, a.By.String())
	}
	for _, s := range run.Steps {
		r.Steps = append(r.Steps, step{Name: s.Name, Seconds: s.Took().Seconds()})
		if s.Kind == ops.Swap {
			r.Swap, r.Kept = s.Took().Seconds(), s.Result.Kept
		}
		if s.Result.Lost != nil {
			r.Lost, r.AtMost = s.Result.Lost.Rows(), s.Result.Lost.AtMost+s.Result.Lost.Unknown
		}
	}
	if rep := run.Report(); rep != nil {
		r.Checks = rep.Checks
	}
}

func (r *rollbackReport) outcome(run ops.Run) {
	r.Outcomes, r.reasons = append(r.Outcomes, run.State), append(r.reasons, run.Reason)
}

func (r *rollbackReport) compared() { r.GuideOver = r.GuideRestore / r.Swap }

func (r rollbackReport) print() {
	fmt.Printf(`
Back from %s by images, and from %s with the database of %.2f GB: %v %v
images      %.1f s in all, %.1f s until the previous API served; %d requests, %d failed
database    %.2f s for the swap, %.1f s closed, %.1f s in all; approved by %v
the guide   %.1f s for pg_restore --clean --if-exists: %.0f times the swap
rows lost   %d reported, %d counted; kept in %s %s
callers     %d requests, %d failed, %d told to come back
`, regretPatch, regretMinor, float64(r.Data)/1e9, r.Outcomes, r.reasons, r.Images, r.API, r.ImagesTotal, r.ImagesFailed,
		r.Swap, r.Closed, r.Whole, r.Approvers, r.GuideRestore, r.GuideOver, r.Lost, r.LostActual, r.Kept, r.AtMost,
		r.Requests, r.Failed, r.TurnedAway)
	for _, s := range r.Samples {
		fmt.Println("failed      " + s)
	}
}

// The promises of a way back.
const (
	leastOverSwap = 100
	// mostImages and mostAPI are the targets in seconds of a way back by images; what a
	// person waits for, on a machine that does nothing else.
	mostImages = 60
	mostAPI    = 15
)

// proof is an error for each promise that was not kept.
func (r rollbackReport) proof() error {
	var errs []error
	for i, outcome := range r.Outcomes {
		if outcome != ops.Succeeded {
			errs = append(errs, fmt.Errorf("a rollback %s: %s", outcome, r.reasons[i]))
		}
	}
	if r.ImagesFailed > 0 || r.Failed > 0 {
		errs = append(errs, fmt.Errorf("%d requests failed on the way back by images, and %d on the one with the database", r.ImagesFailed, r.Failed))
	}
	if r.GuideOver < leastOverSwap {
		errs = append(errs, fmt.Errorf("the guide's restore took %.0f times as long as the swap, less than %d", r.GuideOver, leastOverSwap))
	}
	if r.Lost != r.LostActual || r.Lost == 0 || r.AtMost != "" {
		errs = append(errs, fmt.Errorf("%d rows are reported lost %s, and %d are", r.Lost, r.AtMost, r.LostActual))
	}
	if len(r.Approvers) < 2 {
		errs = append(errs, fmt.Errorf("a rollback that loses data was approved by %v alone", r.Approvers))
	}
	if r.Images > mostImages || r.API > mostAPI {
		errs = append(errs, fmt.Errorf("the way back by images took %.1f s, and %.1f s until the previous API served; the targets are %d and %d", r.Images, r.API, mostImages, mostAPI))
	}
	return errors.Join(errs...)
}
