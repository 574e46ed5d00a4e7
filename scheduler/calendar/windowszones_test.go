package calendar

import (
	"strings"
	"testing"
)

func TestWindowsZones_EachIsInTheDatabase(t *testing.T) {
	count := 0
	for line := range strings.Lines(windowsZones) {
		name, _, _ := strings.Cut(line, "=")
		if zone, err := loadCalendarZone(strings.ToLower(name)); err != nil || zone.String() == name {
			t.Errorf("%s: %v, %v", name, zone, err)
		}
		count++
	}
	if count < 130 {
		t.Errorf("only %d zones", count)
	}
}
