package config

import (
	_ "embed" // the names are part of the program
	"strings"
	"time"
)

// The names of the tz database, which the library cannot list. A test compares them
// with those that Go comes with.
//
//go:embed zones.txt
var zoneNames string

func zones() []string { return strings.Fields(zoneNames) }

// isZone refuses what time.LoadLocation takes beside names: the machine's own zone.
func isZone(name string) bool {
	if name == "" || name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// nearestZone is the zone that was probably meant: a misspelt one, or that of the
// city; empty when none is close.
func nearestZone(written string) string {
	likely := nearest(written, zones())
	if strings.EqualFold(likely, written) {
		return likely
	}
	for _, name := range zones() {
		if city := name[strings.LastIndex(name, "/")+1:]; strings.EqualFold(city, strings.ReplaceAll(written, " ", "_")) {
			return name
		}
	}
	return likely
}
