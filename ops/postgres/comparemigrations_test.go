package postgres

import (
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

func TestCompareMigrations(t *testing.T) {
	at := func(version int64, checksum string) ops.AppliedMigration {
		return ops.AppliedMigration{Version: version, Description: "events", Checksum: checksum, Success: true}
	}
	half := at(2, "b")
	half.Success = false
	type list = []ops.AppliedMigration
	for _, c := range []struct {
		what           string
		restored, live list
		level          ops.Level
		say            string
	}{
		{"the same", list{at(1, "a"), at(2, "b")}, list{at(1, "a"), at(2, "b")}, ops.Pass, "2 as in the live database"},
		{"an older backup", list{at(1, "a")}, list{at(1, "a"), at(2, "b"), at(3, "c")}, ops.Pass, "which got 2 more since"},
		{"before the API ever started", nil, nil, ops.Pass, "none is applied, neither"},
		{"they are gone", nil, list{at(1, "a")}, ops.Fail, "none is applied in the backup, and 1 in the live database"},
		{"a half one", list{at(1, "a"), half}, list{at(1, "a"), half}, ops.Warn, "2 (events) had not ended well"},
		{"the live one was put back", list{at(1, "a"), at(2, "b")}, list{at(1, "a")}, ops.Warn, "2 (events) is applied in the backup and not in the live database"},
		{"of another history", list{at(1, "x")}, list{at(1, "a")}, ops.Warn, "1 (events) is another one in the live database"},
	} {
		f := compareMigrations(c.restored, c.live)
		if f.Level != c.level || !strings.Contains(f.Fact, c.say) || (f.Level == ops.Pass) != (f.Advice == "") {
			t.Errorf("%s: %+v, want %s, %q", c.what, f, c.level, c.say)
		}
	}
}
