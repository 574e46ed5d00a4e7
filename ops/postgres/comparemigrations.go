package postgres

import (
	"fmt"
	"slices"

	"github.com/keeptrusts/ktops/ops"
)

// compareMigrations tells whether the API would go on from a restored database as it
// does from the live one, which may have got further since.
func compareMigrations(restored, live []ops.AppliedMigration) ops.Finding {
	f := ops.Finding{Check: "migrations", Level: ops.Warn, Advice: "before it is restored find out which API it belongs to"}
	for _, m := range restored {
		now := slices.IndexFunc(live, func(l ops.AppliedMigration) bool { return l.Version == m.Version })
		switch {
		case !m.Success:
			f.Fact = fmt.Sprintf("%d (%s) had not ended well when the backup was taken", m.Version, m.Description)
			return f
		case now < 0:
			f.Fact = fmt.Sprintf("%d (%s) is applied in the backup and not in the live database, which was put back since", m.Version, m.Description)
			return f
		case live[now].Checksum != m.Checksum:
			f.Fact = fmt.Sprintf("%d (%s) is another one in the live database: its checksum differs", m.Version, m.Description)
			return f
		}
	}
	switch since := len(live) - len(restored); {
	case len(restored) == 0 && since > 0:
		f.Level, f.Fact = ops.Fail, fmt.Sprintf("none is applied in the backup, and %d in the live database", since)
	case len(restored) == 0:
		f.Level, f.Fact, f.Advice = ops.Pass, "none is applied, neither in the live database", ""
	case since > 0:
		f.Level, f.Fact, f.Advice = ops.Pass, fmt.Sprintf("%d as in the live database, which got %d more since", len(restored), since), ""
	default:
		f.Level, f.Fact, f.Advice = ops.Pass, fmt.Sprintf("%d as in the live database", len(restored)), ""
	}
	return f
}
