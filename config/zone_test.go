package config

import (
	"archive/zip"
	"go/build"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestZones_AreThoseOfTheDatabase(t *testing.T) {
	archive, err := zip.OpenReader(filepath.Join(build.Default.GOROOT, "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var names []string
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, "/") {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	if updating() {
		if err := os.WriteFile("zones.txt", []byte(strings.Join(names, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	// An older or newer Go may know some more or less: what is suggested must exist.
	for _, name := range zones() {
		if !isZone(name) {
			t.Errorf("there is no zone %s; go test -update", name)
		}
	}
	if len(zones()) < len(names)-20 {
		t.Errorf("%d of %d zones are known; go test -update", len(zones()), len(names))
	}
}

func TestNearestZone_KnowsMisspeltOnesAndCities(t *testing.T) {
	for written, want := range map[string]string{
		"Europe/Berlim": "Europe/Berlin", "europe/paris": "Europe/Paris", "Berlin": "Europe/Berlin",
		"new york": "America/New_York", "America/NewYork": "America/New_York", "utc": "UTC", "nowhere at all in particular": "",
	} {
		if got := nearestZone(written); got != want {
			t.Errorf("%q: %q, want %q", written, got, want)
		}
	}
}
