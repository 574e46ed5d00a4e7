package postgres

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/keeptrusts/ktops/ops"
)

func TestMark_SaysTheSameAgain(t *testing.T) {
	at := time.Date(2026, 3, 29, 2, 30, 0, 0, time.UTC)
	for _, m := range []mark{
		{kind: snapshotKind, database: "keeptrusts", run: "r-1", at: at, migrations: "12-ab34"},
		{kind: abandonedKind, database: `odd "name" \ with, comma`, run: "r-1", at: at},
		{kind: drillKind, database: "größe", run: "20260329", at: at, comment: "the team's\nown comment, migrations 3"},
		{kind: restoredKind, database: "keeptrusts", run: "r-1", at: at, migrations: "12-ab34", comment: "the team's"},
		{kind: abandonedKind, database: "keeptrusts", run: "r-1", at: at, comment: "the team's\nown",
			instead: mark{kind: snapshotKind, database: "keep\"trusts", run: "r-0", at: at, migrations: "3-ab", comment: "two\nlines"}.String()},
		{kind: rehearsalKind, database: "keeptrusts", run: "r-1", at: at},
		{kind: snapshotKind, database: "keeptrusts", run: "r-1", at: at, migrations: "0-ab", comment: "ktops: snapshot of \"other\", r-2, 2026-03-29T02:30:00Z"},
	} {
		if got, ok := parseMark(m.String()); !ok || got != m {
			t.Errorf("%q was read as %+v (%t)", m.String(), got, ok)
		}
	}
	for _, comment := range []string{"", "ktops", "the team's own", "ktops: snapshot of keeptrusts", "ktops: snapshot of \"keeptrusts\", r-1, yesterday"} {
		if m, ok := parseMark(comment); ok {
			t.Errorf("%q was taken for %+v", comment, m)
		}
	}
}

// Only a database under the name that ktops gave it is ktops's: a snapshot that a
// person renamed into the place of the live database keeps its comment.
func TestAside_IsKnownByNameAndComment(t *testing.T) {
	m := mark{kind: snapshotKind, database: "keeptrusts", run: "r-1", at: time.Now()}
	for name, want := range map[string]bool{"keeptrusts_kt_r-1": true, "keeptrusts": false, "keeptrusts_kt_r-2": false, "keeptrusts_kt_abandoned_r-1": false} {
		if _, got := (aside{name: name, comment: m.String()}).is(snapshotKind, "keeptrusts"); got != want {
			t.Errorf("%s is ours: %t, want %t", name, got, want)
		}
	}
	for _, other := range []string{"other", "keeptrusts_kt"} {
		if _, ours := (aside{name: "keeptrusts_kt_r-1", comment: m.String()}).is(snapshotKind, other); ours {
			t.Errorf("it was taken for one of database %s", other)
		}
	}
}

func TestAsideName_FitsAndKeepsTheRun(t *testing.T) {
	for _, database := range []string{"keeptrusts", strings.Repeat("x", 63), strings.Repeat("ö", 31)} {
		for _, kind := range []asideKind{snapshotKind, abandonedKind, drillKind, restoredKind} {
			name := asideName(database, kind, "r-8f2a61")
			if len(name) > longestName || !utf8.ValidString(name) || !strings.HasSuffix(name, "_r-8f2a61") {
				t.Errorf("the %s of %s is called %s", kind, database, name)
			}
		}
	}
}

func TestChoose_NeverLosesWhatIsNeeded(t *testing.T) {
	before := []ops.AppliedMigration{{Version: 1, Checksum: "a", Success: true}}
	moved := []ops.AppliedMigration{before[0], {Version: 2, Checksum: "b", Success: true}}
	m := mark{kind: snapshotKind, database: "kt", run: "r", at: time.Now(), migrations: digestOf(before)}
	whole := &aside{name: "kt_kt_r", comment: m.String(), valid: true}
	dying := &aside{name: "kt_kt_r", comment: m.String()}
	bare := &aside{name: "kt_kt_r", valid: true}
	former := &aside{name: "kt_kt_abandoned_r", comment: mark{kind: abandonedKind, database: "kt", run: "r", at: m.at}.String(), valid: true}
	alien := &aside{name: "kt_kt_abandoned_r", comment: "mine", valid: true}
	for _, c := range []struct {
		what             string
		snapshot, former *aside
		applied          []ops.AppliedMigration
		want             way
		refuse           string
	}{
		{"it was never made", nil, nil, before, wayNothing, ""},
		{"it is gone, and needed", nil, nil, moved, "", "the snapshot is gone"},
		{"it is gone, and another's database has the name", nil, alien, moved, "", "the snapshot is gone"},
		{"it was put back before", nil, former, before, wayBefore, ""},
		{"nothing moved", whole, nil, before, wayDrop, ""},
		{"the schema moved on", whole, nil, moved, waySwap, ""},
		{"a checksum changed", whole, nil, []ops.AppliedMigration{{Version: 1, Checksum: "x", Success: true}}, waySwap, ""},
		{"a migration is dirty", whole, nil, []ops.AppliedMigration{{Version: 1, Checksum: "a"}}, waySwap, ""},
		{"its removal was interrupted", dying, nil, before, wayDrop, ""},
		{"its removal was interrupted, and it is needed", dying, nil, moved, "", "restore the backup"},
		{"it was never finished", bare, nil, before, wayDrop, ""},
		{"it was never finished, and needed", bare, nil, moved, "", "is not whole"},
		{"it is another's", &aside{name: "kt_kt_r", comment: "mine", valid: true}, nil, moved, "", "is not the snapshot of this run"},
	} {
		got, _, err := found{c.snapshot, c.former, c.applied, len(before)}.choose("kt")
		if got != c.want || (err == nil) != (c.refuse == "") || (err != nil && !strings.Contains(err.Error(), c.refuse)) {
			t.Errorf("%s: %q (%v), want %q, %q", c.what, got, err, c.want, c.refuse)
		}
	}
}
