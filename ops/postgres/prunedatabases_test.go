package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func TestPrune_DropsOnlyItsOldSnapshots(t *testing.T) {
	database := newDatabase(t, 10)
	t.Cleanup(func() { dropAsides(t, database) })
	now := time.Now()
	say := func(kind, of, run string, age time.Duration) string {
		return fmt.Sprintf("ktops: %s of %q, %s, %s, migrations 3-ab", kind, of, run, now.Add(-age).UTC().Format(time.RFC3339))
	}
	const old, young = 73 * time.Hour, 71 * time.Hour
	for suffix, comment := range map[string]string{
		"_kt_old":             say("snapshot", database, "old", old),
		"_kt_young":           say("snapshot", database, "young", young),
		"_kt_spared":          say("snapshot", database, "spared", old),
		"_kt_abandoned_old":   say("abandoned state", database, "old", old),
		"_kt_abandoned_7f3a":  say("abandoned state", database, "7f3a", old),
		"_kt_bare":            "",
		"_kt_mine":            "ktops: mine, keep",
		"_kt_renamed":         say("snapshot", database, "old", old),
		"_kt_anothers":        say("snapshot", "another", "anothers", old),
		"_kt_drill_20260101x": say("snapshot", database, "x", old),
	} {
		execute(t, "postgres", fmt.Sprintf(`CREATE DATABASE "%s%s" OWNER keeptrusts`, database, suffix))
		execute(t, "postgres", fmt.Sprintf(`COMMENT ON DATABASE "%s%s" IS '%s'`, database, suffix, comment))
	}
	execute(t, "postgres", fmt.Sprintf(`COMMENT ON DATABASE %s IS '%s'`, database, say("snapshot", database, "old", old)))
	s, _ := open(t, database)

	note, err := s.Prune(t.Context(), now, "7f3a", "spared")
	if want := fmt.Sprintf("dropped %[1]s_kt_abandoned_old, %[1]s_kt_old", database); err != nil || note != want {
		t.Errorf("the note is %q (%v), want %q", note, err, want)
	}

	// The step spares what its own run left, and tells what it dropped.
	if note := wantDo(t, s.Handlers()[ops.Prune], step(ops.Prune)).Note; note != "dropped "+database+"_kt_spared" {
		t.Errorf("the note is %q", note)
	}
	wantDatabases(t, database, "", "_kt_abandoned_7f3a", "_kt_anothers", "_kt_bare", "_kt_drill_20260101x", "_kt_mine", "_kt_renamed", "_kt_young")
}
