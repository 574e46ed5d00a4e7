package migrate_test

import (
	"slices"
	"testing"

	"github.com/keeptrusts/ktops/cmd/ktsim/migrate"
)

func versions(t *testing.T, of string) []int64 {
	t.Helper()
	set, err := migrate.Set(of)
	if err != nil {
		t.Fatal(err)
	}
	var found []int64
	for _, m := range set {
		found = append(found, m.Version)
	}
	return found
}

func TestSet_EachVersionShipsThoseOfTheOneBefore(t *testing.T) {
	for _, pair := range [][2]string{{"2.3.4", "2.4.3"}, {"2.4.3", "2.5.0"}, {"2.5.0", "3.0.0"}} {
		older, newer := versions(t, pair[0]), versions(t, pair[1])
		if len(newer) < len(older)+2 || !slices.Equal(newer[:len(older)], older) {
			t.Errorf("%s ships %v, %s ships %v", pair[0], older, pair[1], newer)
		}
	}
}

func TestSet_PatchesAndBrokenBuildsShipThoseOfTheirMinor(t *testing.T) {
	for _, version := range []string{"2.5.1", "2.5.0-broken", "2.5.1-broken"} {
		if got := versions(t, version); !slices.Equal(got, versions(t, "2.5.0")) {
			t.Errorf("%s ships %v", version, got)
		}
	}
}

func TestSet_ReadsNamesAsSqlxDoes(t *testing.T) {
	set, err := migrate.Set("2.5.0")
	if err != nil {
		t.Fatal(err)
	}
	last := set[len(set)-1]
	if last.Version != 147 || last.Description != "index pending exports" || len(last.Checksum) != 48 {
		t.Errorf("got %d %q with a checksum of %d bytes", last.Version, last.Description, len(last.Checksum))
	}
}

func TestSet_RefusesVersionsItCannotKnow(t *testing.T) {
	for _, version := range []string{"", "latest", "1.9.0"} {
		if set, err := migrate.Set(version); err == nil {
			t.Errorf("version %q ships %d migrations", version, len(set))
		}
	}
}
