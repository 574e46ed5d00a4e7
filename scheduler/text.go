package scheduler

import (
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/store"
)

// clockText is a time on the clock of a zone, with the zone's short name; in UTC
// where the zone is not known.
func clockText(t time.Time, zone string) string {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	return t.In(loc).Format("2006-01-02 15:04 MST")
}

// durationText is a duration to the second, or to the minute above an hour.
func durationText(d time.Duration) string {
	if d >= time.Hour {
		return d.Round(time.Minute).String()
	}
	return d.Round(time.Second).String()
}

func fields(o store.Occurrence) logrus.Fields {
	return logrus.Fields{"environment": o.Environment, "window": o.Window, "opening": o.Key}
}

// name tells an occurrence from all others.
func name(environment string, o ops.Opening) string {
	return environment + "/" + o.Window + "/" + o.Key
}
