package postgres

import (
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

func TestCompareRows(t *testing.T) {
	whole := map[string]int64{"public.events": 5, "public.tenants": 2}
	for _, c := range []struct {
		what               string
		restored, expected map[string]int64
		missing            []string
		level              ops.Level
		say                string
	}{
		{"the same", whole, whole, nil, ops.Pass, "7 rows in 2 tables"},
		{"a row less", map[string]int64{"public.events": 4, "public.tenants": 2}, whole, nil, ops.Fail, "public.events has 4, the backup holds 5"},
		{"rows out of nowhere", map[string]int64{"public.events": 5, "public.other": 1}, whole, nil, ops.Fail, "public.other has 1, the backup holds 0"},
		{"a table less", map[string]int64{"public.events": 5}, map[string]int64{"public.events": 5}, []string{"public.tenants"}, ops.Fail, "public.tenants is in the backup"},
		{"an extension's table", map[string]int64{"public.events": 5}, map[string]int64{"public.events": 5, "public.spatial": 9}, nil, ops.Pass, "5 rows in 1 table"},
	} {
		if f := compareRows(c.restored, c.expected, c.missing); f.Level != c.level || !strings.Contains(f.Fact, c.say) {
			t.Errorf("%s: %+v, want %s, %q", c.what, f, c.level, c.say)
		}
	}
}
