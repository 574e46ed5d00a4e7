package notify

import (
	"context"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Announcer tells people of recurring work that failed, and of windows that were
// missed; the scheduler has it.
type Announcer struct{ Outbox *Outbox }

// Raise tells of an occurrence, once however often it is asked to.
func (a Announcer) Raise(ctx context.Context, o ops.Occurrence) error {
	kind := OccurrenceFailed
	if o.State == ops.PassedUnmet {
		kind = Missed
	}
	now := time.Now()
	return a.Outbox.Raise(ctx, Notice{
		Key:         strings.Join([]string{"occurrence", o.Environment, o.Window, o.Key, string(kind)}, "/"),
		Environment: o.Environment, Kind: kind, At: now, Deadline: now.Add(patience(kind)),
		Facts: Facts{
			Doing: failedChores(o.Chores), Window: o.Window, Zone: o.Zone, Opens: o.Opens, Closes: o.Closes, Reason: o.Reason,
		},
	})
}

// failedChores names what went wrong.
func failedChores(chores []ops.ChoreResult) string {
	var names []string
	for _, c := range chores {
		if c.Level == ops.Fail {
			names = append(names, choreText(c.Chore))
		}
	}
	return strings.Join(names, " and ")
}

func choreText(c ops.Chore) string {
	switch c {
	case ops.ChoreDrill:
		return "restore drill"
	case ops.ChoreVerify:
		return "verification"
	}
	return string(c)
}
