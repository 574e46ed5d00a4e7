package notify

import (
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// upcoming announces an approved run at each lead of its window. Of the leads that
// have passed already only the nearest is told, at once, unless the next one is about
// as near.
func (s story) upcoming(e ops.Event, run ops.Run) []Notice {
	if run.State != ops.Scheduled {
		return nil
	}
	left := run.Opening.Opens.Sub(e.At)
	leads := slices.Clone(s.place.Leads[run.Opening.Window])
	slices.Sort(leads)
	var notices []Notice
	coming, _ := slices.BinarySearch(leads, left)
	for _, lead := range slices.Backward(leads[:coming]) {
		notices = append(notices, s.announced(e, run, lead.String(), lead))
	}
	passed := coming < len(leads)
	near := coming > 0 && left-leads[coming-1] <= lateness(left)
	if passed && !near {
		notices = slices.Insert(notices, 0, s.announced(e, run, "at-once", left))
	}
	return notices
}

// announced is the notice that is to be sent so long before the opening. Where users
// are not turned away they are not told.
func (s story) announced(e ops.Event, run ops.Run, key string, lead time.Duration) Notice {
	n := s.notice(Upcoming, e, run)
	n.Key = e.Run + "/" + string(Upcoming) + "/" + key
	n.At = run.Opening.Opens.Add(-lead)
	n.Deadline = n.At.Add(lateness(lead))
	n.Facts.Lead, n.Facts.Reason = rounded(lead), ""
	if n.Facts.Estimate == 0 {
		n.Audiences = []Audience{Operators, Leaders}
	}
	return n
}

// rounded is a lead as people say it.
func rounded(lead time.Duration) time.Duration {
	if lead > 2*time.Minute {
		return lead.Round(time.Minute)
	}
	return lead.Round(time.Second)
}
