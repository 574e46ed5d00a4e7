package calendar_test

import (
	"archive/zip"
	"go/build"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// zones are the names of the whole tz database that Go comes with.
func zones(t *testing.T) []string {
	t.Helper()
	var names []string
	for name := range zoneData(t) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// distinctZones leaves out the names that are only another's links.
func distinctZones(t *testing.T) []string {
	t.Helper()
	data, seen := zoneData(t), map[string]bool{}
	return slices.DeleteFunc(zones(t), func(name string) bool {
		was := seen[data[name]]
		seen[data[name]] = true
		return was
	})
}

func zoneData(t *testing.T) map[string]string {
	t.Helper()
	archive, err := zip.OpenReader(filepath.Join(build.Default.GOROOT, "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	data := map[string]string{}
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		data[f.Name] = string(content)
	}
	return data
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// changesOf are the changes that the tz database notes for a zone: where to look, not
// what is right.
func changesOf(zone *time.Location, firstYear, lastYear int) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		at := time.Date(firstYear, time.January, 1, 0, 0, 0, 0, time.UTC).In(zone)
		for at.Year() <= lastYear {
			_, end := at.ZoneBounds()
			switch {
			case end.IsZero():
				return
			case !end.After(at): // golang/go#81583
				at = at.AddDate(0, 0, 1)
				continue
			case !yield(end):
				return
			}
			at = end
		}
	}
}

// leftOutOfShort takes a sample for the race detector and for -short, with the zones
// that had the oddest changes.
func leftOutOfShort(i int, name string) bool {
	odd := []string{"Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "Pacific/Kwajalein",
		"America/Sao_Paulo", "Asia/Beirut", "Antarctica/Troll", "Asia/Manila", "America/Juneau", "Africa/Monrovia"}
	return (testing.Short() || underRace) && i%40 != 0 && !slices.Contains(odd, name)
}
