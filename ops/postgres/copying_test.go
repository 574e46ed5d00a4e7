package postgres

import "testing"

func TestCreateSQL_ChoosesTheWayOfCopying(t *testing.T) {
	const always = `CREATE DATABASE "kt_1" WITH TEMPLATE "kt" OWNER "the ""owner" ALLOW_CONNECTIONS false`
	for what, c := range map[string]struct {
		live live
		want string
	}{
		"small":                           {live{version: 150018, bytes: blocksUpTo}, " STRATEGY wal_log"},
		"large":                           {live{version: 150018, bytes: blocksUpTo + 1}, " STRATEGY file_copy"},
		"small on a server that errs":     {live{version: 150002, bytes: 1}, " STRATEGY file_copy"},
		"small on the first that is well": {live{version: 150003, bytes: 1}, " STRATEGY wal_log"},
		"before there was a choice":       {live{version: 140019, bytes: 1}, ""},
		"an old collation":                {live{version: 180000, bytes: 1, collation: `2.3'6`}, " COLLATION_VERSION '2.3''6' STRATEGY wal_log"},
	} {
		c.live.owner = `the "owner`
		if got := createSQL(c.live, "kt", "kt_1"); got != always+c.want {
			t.Errorf("%s: %s", what, got)
		}
	}
}
