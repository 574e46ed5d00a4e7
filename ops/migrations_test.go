package ops_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// hinting has the first pending migration of a world make a statement with a hint.
func hinting(t *testing.T) (*world, ops.Migration) {
	t.Helper()
	w := newWorld(t)
	pending := plan(t, w, "2.5.0").Facts.Pending
	if len(pending) == 0 {
		t.Fatal("nothing is pending in this world")
	}
	w.obs.Database.Largest = []ops.Table{{Name: "public.events", Bytes: 5e9}}
	w.obs.Platform.SQL = map[int64]ops.SQL{pending[0].Version: {Statements: []ops.Statement{{
		Kind: "ALTER TABLE", Table: "events", Text: "ALTER TABLE events ALTER id TYPE bigint",
		Hints: []ops.Hint{{Kind: ops.Rewrites, Table: "events", Means: "it is written anew"}},
	}}}}
	return w, pending[0]
}

func findingOf(p ops.Plan, check string) *ops.Finding {
	for _, f := range p.Checks {
		if f.Check == check {
			return &f
		}
	}
	return nil
}

func TestMigrations_HintsWarnWithTheSizeOfTheirTable(t *testing.T) {
	w, m := hinting(t)
	digest := plan(t, newWorld(t), "2.5.0").Digest
	p := plan(t, w, "2.5.0")
	f := findingOf(p, "migration statements")
	if f == nil || f.Level != ops.Warn || !strings.Contains(f.Fact, "events (5.0 GB): it is written anew") {
		t.Errorf("%+v", f)
	}
	if p.Digest != digest {
		t.Error("what statements do is no part of the digest: the checksum is")
	}
	if got := p.Migrations[0]; got.Migration != m || got.Hints()[0].Bytes != 5e9 {
		t.Errorf("%+v", got)
	}
	if w.obs.Platform.SQL[m.Version].Statements[0].Hints[0].Bytes != 0 {
		t.Error("the observation was written to")
	}
}

func TestMigrations_ATableOfThePlanItselfIsEmpty(t *testing.T) {
	w, m := hinting(t)
	sql := w.obs.Platform.SQL[m.Version]
	sql.Statements = append([]ops.Statement{{Kind: ops.CreateTable, Table: "public.events"}}, sql.Statements...)
	w.obs.Platform.SQL[m.Version] = sql
	if f := findingOf(plan(t, w, "2.5.0"), "migration statements"); f != nil {
		t.Errorf("%+v", f)
	}
}

func TestMigrations_WhatCannotBeClassifiedIsSaid(t *testing.T) {
	w, m := hinting(t)
	w.obs.Platform.SQL[m.Version] = ops.SQL{Unread: "syntax error"}
	if f := findingOf(plan(t, w, "2.5.0"), "migration statements"); f == nil || !strings.Contains(f.Fact, "not classified") {
		t.Errorf("%+v", f)
	}
}

func TestMigrations_OneWithoutATimeIsAppliedAllTheSame(t *testing.T) {
	w := newWorld(t)
	w.obs.Database.Applied[0].ExecutionTime = -1
	if f := findingOf(plan(t, w, "2.5.0"), "migrations"); f.Level != ops.Warn || !strings.Contains(f.Fact, "ended before it noted") {
		t.Errorf("%+v", f)
	}
}

func TestContinuity_SaysWhatItIsGoodFor(t *testing.T) {
	at := time.Date(2026, 1, 31, 12, 4, 31, 0, time.UTC)
	for say, c := range map[string]*ops.Continuity{
		"": {Archive: ops.Archive{Mode: "off"}},
		"last at 12:04:31 UTC on 31 January: a point-in-time restore": {Archive: ops.Archive{Mode: "on", Set: true, LastAt: at}},
		"archiving fails since 12:05:31":                              {Archive: ops.Archive{Mode: "on", Set: true, LastAt: at, FailedAt: at.Add(time.Minute)}},
		"neither archive_command nor":                                 {Archive: ops.Archive{Mode: "always"}},
		"nothing has been archived yet":                               {Archive: ops.Archive{Mode: "on", Set: true}},
		"synchronous replica b is streaming, 1.0 MB behind":           {Archive: ops.Archive{Mode: "off"}, Replicas: []ops.Replica{{Name: "b", State: "streaming", Sync: true, Behind: 1e6}}},
	} {
		f := c.ZeroLoss()
		if (say == "") != (f == nil) || (f != nil && !strings.Contains(f.Fact, say)) {
			t.Errorf("%q: %+v", say, f)
		}
	}
	if (*ops.Continuity)(nil).ZeroLoss() != nil {
		t.Error("what was not seen is not told")
	}
}
