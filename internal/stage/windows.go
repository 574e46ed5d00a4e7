package stage

import (
	"fmt"
	"time"
)

// windows is the YAML of the environment's windows: one, named night, that opens at
// the first full minute after the time has passed; none where it is zero. Only this
// trigger is near: the clock, the notices and the work are those of production.
func windows(soon time.Duration) string {
	if soon == 0 {
		return "{}"
	}
	tokyo := time.FixedZone(zone, 9*60*60) // no clock is set there
	opens := time.Now().In(tokyo).Add(soon).Truncate(time.Minute).Add(time.Minute)
	return fmt.Sprintf(`{night: {cron: "%d %d * * *", duration: 1h, notices: [10m, 1m]}}`, opens.Minute(), opens.Hour())
}
