package postgres

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func TestChoose_WhatUndoingComesTo(t *testing.T) {
	before := []ops.AppliedMigration{{Version: 1, Success: true}}
	after := slices.Concat(before, []ops.AppliedMigration{{Version: 2, Success: true}})
	of := func(kind asideKind, database string) *aside {
		m := mark{kind: kind, database: database, run: "1", at: time.Now(), migrations: digestOf(before)}
		return &aside{name: asideName("kt", kind, "1"), comment: m.String(), valid: true}
	}
	invalid := of(snapshotKind, "kt")
	invalid.valid = false
	half, alien := &aside{name: "kt_kt_1", valid: true}, of(snapshotKind, "other")
	for what, c := range map[string]struct {
		found found
		want  way
		say   string
	}{
		"never made":                            {found{applied: before}, wayNothing, ""},
		"half made":                             {found{snapshot: half, applied: before}, wayDrop, ""},
		"nothing applied since":                 {found{snapshot: of(snapshotKind, "kt"), applied: before}, wayDrop, ""},
		"nothing applied, and half dropped":     {found{snapshot: invalid, applied: before}, wayDrop, ""},
		"applied since":                         {found{snapshot: of(snapshotKind, "kt"), applied: after}, waySwap, ""},
		"put back by an attempt that died":      {found{former: of(abandonedKind, "kt"), applied: before}, wayBefore, ""},
		"applied since, and half made":          {found{snapshot: half, applied: after}, "", "is not whole, and the live database has 2 migrations applied where it had 1"},
		"applied since, and half dropped":       {found{snapshot: invalid, applied: after}, "", "is not whole"},
		"applied since, and dropped":            {found{applied: after}, "", "the snapshot is gone, and the live database has 2"},
		"dropped, with another's in its place":  {found{former: of(abandonedKind, "other"), applied: after}, "", "the snapshot is gone"},
		"another's, even if nothing is applied": {found{snapshot: alien, applied: before}, "", "is not the snapshot of this run"},
	} {
		c.found.planned = len(before)
		got, _, err := c.found.choose("kt")
		if got != c.want || (err == nil) != (c.say == "") || (err != nil && !strings.Contains(err.Error(), c.say)) {
			t.Errorf("%s: %q (%v), want %q, %q", what, got, err, c.want, c.say)
		}
	}
}
