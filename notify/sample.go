package notify

import (
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// sample is a notice of a kind as it might be.
func sample(kind Kind) Notice {
	opens := time.Date(2026, time.November, 28, 1, 0, 0, 0, time.UTC)
	f := Facts{
		Doing: "upgrade to 3.0.0", From: "2.5.0", To: "3.0.0", Window: "night", Zone: "Europe/Berlin",
		Opens: opens, Closes: opens.Add(2 * time.Hour), Thread: "r-abc123",
	}
	n := Notice{Key: "r-abc123/" + string(kind), Environment: "production", Kind: kind, Run: "r-abc123", At: opens.Add(time.Minute)}
	since := opens.Add(2 * time.Minute)
	switch kind {
	case Upcoming:
		f.Lead, f.Estimate, n.At = 24*time.Hour, 8*time.Minute, opens.Add(-24*time.Hour)
	case Cancelled:
		f.Reason, n.At = "withdrawn by alice: not before the release is tested", opens.Add(-time.Hour)
	case Opened:
		f.Since, f.Back, n.At = since, since.Add(8*time.Minute), since
	case Overrun:
		f.Since, f.Back, f.Reason = since, opens.Add(150*time.Minute), "“start api” takes longer than its estimate"
	case MaintenanceEnding:
		f = Facts{Doing: "new disks", Zone: "Europe/Berlin", Since: since, Back: since.Add(30 * time.Minute)}
	case Reopened:
		f.Closed, f.Requests, f.Verdict = 7*time.Minute+42*time.Second, 1200, ops.Warn
		f.Checks = []ops.Finding{{Check: "api health", Level: ops.Pass, Fact: "3.0.0 answers"}, {Check: "gateway health", Level: ops.Warn, Fact: "one of two answers slowly"}}
	case RolledBack:
		f.Closed, f.StreamsCut, f.Reason = 4*time.Minute, 2, "step “start api” failed: the container exited with 1"
	case Failed, Held:
		f.Since, f.Reason = since, "step “start api” failed: the container exited with 1; 2 migrations applied, so the previous API cannot start any more"
	case Missed:
		f.Reason = "ktops did not run, and too little was left of the window"
	case AsksAgain:
		f.Reason = "image of api: sha256:aaa is now sha256:bbb"
	case Alarm:
		f.Reason = "the edge of production is closed, nobody is working behind it, and the platform is not healthy: api health: no answer"
	case OccurrenceFailed:
		f = Facts{Doing: "backup", Window: "nightly", Zone: "Europe/Berlin", Opens: opens, Closes: opens.Add(time.Hour), Reason: "back up: the disk is full"}
	}
	n.Facts, n.Deadline = f, n.At.Add(time.Hour)
	return n
}

// samples are what a template is tried with: all that a notice may tell, and nothing,
// for each audience, so that both sides of an if are seen.
func samples(kind Kind) []Words {
	var all []Words
	for _, a := range Audiences() {
		n := sample(kind)
		all = append(all,
			Words{Facts: n.Facts, Environment: n.Environment, Kind: kind, Run: n.Run, Audience: a, StatusURL: "https://status.example.com/status"},
			Words{Facts: n.Facts.toldTo(a), Environment: n.Environment, Kind: kind, Audience: a},
			Words{Environment: n.Environment, Kind: kind, Audience: a})
	}
	return all
}

// Preview is a message of a kind as an audience would read it, from sample data.
func (t *Templates) Preview(kind Kind, audience Audience, statusURL string) (Message, error) {
	return t.message(sample(kind), audience, statusURL)
}
