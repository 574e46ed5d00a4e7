package scheduler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/store"
)

// outcome is what an occurrence became by its chores.
func outcome(done []store.Done) ops.OccurrenceState {
	state := ops.Unused
	for _, d := range done {
		switch {
		case d.Level == ops.Fail:
			return ops.BrokeDown
		case d.Acted:
			state = ops.Used
		}
	}
	return state
}

// because tells why an occurrence was not used, or what went wrong in it, after what
// is said about it already.
func because(o store.Occurrence) string {
	var parts []string
	if o.Reason != "" {
		parts = append(parts, o.Reason)
	}
	for _, d := range o.Done {
		if d.Level == ops.Fail || o.State == ops.Unused {
			parts = append(parts, string(d.Chore)+": "+d.Fact)
		}
	}
	return strings.Join(parts, "; ")
}

// toldByRun reports whether all that went wrong is a run, which people are told about
// by itself.
func toldByRun(o store.Occurrence) bool {
	return !slices.ContainsFunc(o.Done, func(d store.Done) bool { return d.Level == ops.Fail && d.Chore != ops.ChoreUpgrade })
}

// ended is the result of a run that has ended.
func ended(run ops.Run) store.Done {
	switch {
	case run.State == ops.Succeeded:
		return acted(ops.Pass, runText(run))
	case run.StartedAt.IsZero():
		return result(ops.Warn, runText(run))
	}
	return acted(ops.Fail, runText(run))
}

func acted(level ops.Level, fact string) store.Done {
	done := result(level, fact)
	done.Acted = true
	return done
}

func runText(run ops.Run) string {
	text := fmt.Sprintf("run %s to %s %s", run.ID, run.Plan.Target, cmp.Or(map[ops.State]string{
		ops.Succeeded: "succeeded", ops.RolledBack: "was rolled back", ops.Failed: "failed", ops.Missed: "passed unused",
		ops.Void: "is void", ops.Aborted: "was aborted", ops.Rejected: "was rejected", ops.Expired: "expired",
	}[run.State], string(run.State)))
	if took := run.EndedAt.Sub(run.StartedAt); !run.StartedAt.IsZero() && !run.EndedAt.IsZero() {
		text += " in " + ops.DurationText(took)
	}
	if run.Reason != "" && run.State != ops.Succeeded {
		text += ": " + run.Reason
	}
	return text
}

func result(level ops.Level, fact string) store.Done {
	return store.Done{ChoreResult: ops.ChoreResult{Level: level, Fact: fact}}
}

// drilled is the result of a restore drill.
func drilled(d ops.Drill) store.Done {
	fact := fmt.Sprintf("%s was restored to the side: %d tables, %d rows", d.File, d.Tables, d.Rows)
	for _, f := range d.Checks {
		if f.Level == ops.Worst(d.Checks) && f.Level != ops.Pass {
			return acted(f.Level, f.Check+": "+f.Fact)
		}
	}
	return acted(ops.Pass, fact)
}
