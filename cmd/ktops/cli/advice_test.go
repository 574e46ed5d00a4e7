package cli_test

import (
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// newAdvice is what going back from 2.5.0 costs after its migration ran.
func newAdvice() ops.Advice {
	lost := &ops.Written{
		Since: moment, Until: moment.Add(time.Hour), WAL: 12_000_000, Newest: moment.Add(59 * time.Minute), NewestIn: "events",
		Tables: []ops.TableWrites{
			{Table: "events", Writes: ops.Writes{Inserted: 1200}},
			{Table: "users", Writes: ops.Writes{Updated: 3, Deleted: 1}},
		},
	}
	atMost := *lost
	atMost.AtMost = "migrations wrote some of these rows"
	return ops.Advice{
		Environment: "production", At: moment.Add(time.Hour), Run: "r-old234", From: target, To: from,
		Choices: []ops.Choice{
			{Way: ops.BackByImages, Why: "1 migration was applied, and API 2.4.3 does not start on it", Approvals: 1},
			{Way: ops.BackBySnapshot, Possible: true, Why: "the run's own snapshot is there", ReturnsTo: moment, Lost: lost,
				Takes: 41 * time.Second, Closed: 12 * time.Second, Approvals: 2, Afterwards: []string{"the five checks"}},
			{Way: ops.BackByBackup, Possible: true, Why: "the run's own backup was read back", Backup: "run-r-old234.dump.zst", ReturnsTo: moment.Add(-time.Minute),
				Lost: &atMost, Takes: 4 * time.Minute, Closed: 12 * time.Second, Approvals: 2, Afterwards: []string{"row counts", "amcheck", "the five checks"}},
		},
	}
}
