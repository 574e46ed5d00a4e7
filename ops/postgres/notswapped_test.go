package postgres_test

import (
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

// The newer API would start on the old state, if a kept database that somebody took away
// passed for one that never came to be.
func TestSwap_UndoMissesTheKeptDatabase(t *testing.T) {
	database, task := newMigrated(t, 10, 3)
	s, _ := open(t, database)
	made := wantDo(t, s.Handlers()[ops.Snapshot], task)
	migrate(t, database, 4, 5)
	h, back := s.Handlers()[ops.Swap], rollbackOf(ops.Swap, task, ops.BackBySnapshot)
	back.Run.Request.Rollback.Since = made.Position
	back.Report = func(p ops.Progress) { t.Errorf("it is tried again: %s", p.Note) }
	in, kept := database+"_kt_7f3a", database+"_kt_abandoned_b4c2"

	wantWith(t, undo(t, h, back).Note, "nothing was swapped")
	comment := value(t, "postgres", `SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '`+in+`'`)
	execute(t, "postgres", `COMMENT ON DATABASE "`+in+`" IS 'mine'`)
	wantWith(t, undo(t, h, back).Note, "nothing was swapped") // the live one is still the one of before
	execute(t, "postgres", `COMMENT ON DATABASE "`+in+`" IS '`+comment+`'`)

	wantDo(t, h, back)
	for _, do := range []string{
		`COMMENT ON DATABASE "` + kept + `" IS 'mine'`,
		`ALTER DATABASE "` + kept + `" RENAME TO "` + database + `_elsewhere"`,
		`DROP DATABASE "` + database + `_elsewhere"`,
	} {
		execute(t, "postgres", do)
		_, err := h.(ops.Undoer).Undo(t.Context(), back)
		wantError(t, err, "it cannot be told which state is live", "abandoned state called "+kept, "snapshot called "+in)
		oneLive(t, database, "3")
	}
}
