package calendar

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a machine without zoneinfo must not move a window
)

// loadZone finds a zone of the tz database. Names that mean something else on the
// next machine are refused, and those whose clocks count leap seconds.
func loadZone(name string) (*time.Location, error) {
	switch {
	case name == "", name == "Local", name == "localtime", name == "posixrules":
		return nil, fmt.Errorf("zone %q: name one of the tz database, such as Europe/Berlin or UTC", name)
	case strings.HasPrefix(name, "right/"), strings.HasPrefix(name, "posix/"):
		return nil, fmt.Errorf("zone %q: not every machine has it; name it without the first part", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("zone %q: the tz database has none of that name", name)
	}
	return zone, nil
}
