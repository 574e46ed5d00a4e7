package calendar

import (
	_ "embed"
	"strings"
	"time"
)

// windowsZones are the names that Outlook and Exchange give to zones, each with the
// one of the tz database for its main place.
//
//go:embed windowszones.txt
var windowsZones string

// loadCalendarZone finds a zone by the name that a calendar program gave it.
func loadCalendarZone(name string) (*time.Location, error) {
	name = strings.Trim(name, `"`)
	for line := range strings.Lines(windowsZones) {
		if windows, zone, _ := strings.Cut(strings.TrimSpace(line), "="); strings.EqualFold(windows, name) {
			return loadZone(zone)
		}
	}
	return loadZone(name)
}
