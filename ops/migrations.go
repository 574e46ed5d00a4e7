package ops

import (
	"fmt"
	"slices"
	"strings"
)

// PlannedMigration is a pending migration with what its file does. It stands beside the
// facts of a plan and is no part of its digest: the checksum of the file is.
type PlannedMigration struct {
	Migration
	SQL
}

// SQL is what a migration's file does.
type SQL struct {
	Statements []Statement `json:"statements,omitempty"`
	// Unread says why its statements cannot be told; empty when they can.
	Unread string `json:"unread,omitempty"`
}

// Statement is one statement of a migration.
type Statement struct {
	Kind string `json:"kind"` // such as ALTER TABLE
	// Table is the one that it is about; empty when there is none.
	Table string `json:"table,omitempty"`
	// Text is its beginning, without comments.
	Text  string `json:"text"`
	Hints []Hint `json:"hints,omitempty"`
}

// Hint is what a statement is known to do to those who use the table, told from its
// text alone. A rehearsal measures it, and outranks it.
type Hint struct {
	Kind  HintKind `json:"kind"`
	Table string   `json:"table,omitempty"`
	// Bytes is the size of the table, where it is known.
	Bytes int64 `json:"bytes,omitempty"`
	// Means says what happens, and what would be gentler.
	Means string `json:"means"`
}

// HintKind is what a hint warns of.
type HintKind string

// The kinds of hints.
const (
	Rewrites     HintKind = "rewrites"      // the table is written anew, and nobody can read it meanwhile
	BlocksAll    HintKind = "blocks"        // nobody can read or write the table for as long as it takes to read it
	BlocksWrites HintKind = "blocks-writes" // nobody can write to the table for as long as it takes to read it
	ReadsAll     HintKind = "reads"         // the table is read whole, and others can use it meanwhile
	WillFail     HintKind = "fails"         // PostgreSQL refuses it as it stands
	BreaksOld    HintKind = "breaks-old"    // the API that runs may need what it takes away
	EveryRow     HintKind = "every-row"     // it writes or removes every row
	NotToldApart HintKind = "unclassified"  // what it does cannot be told from its text
)

// String is a hint with the size of its table.
func (h Hint) String() string {
	switch {
	case h.Table == "":
		return h.Means
	case h.Bytes > 0:
		return fmt.Sprintf("%s (%s): %s", h.Table, bytesText(h.Bytes), h.Means)
	}
	return h.Table + ": " + h.Means
}

// Hints are those of all its statements.
func (s SQL) Hints() []Hint {
	var all []Hint
	for _, statement := range s.Statements {
		all = append(all, statement.Hints...)
	}
	return all
}

// plannedMigrations are the pending ones with what their files do, and how large the
// tables are that they do it to. A table that the same plan makes is empty: what is done
// to it hurts nobody.
func plannedMigrations(o Observation, pending []Migration) []PlannedMigration {
	planned := make([]PlannedMigration, 0, len(pending))
	made := map[string]bool{}
	for _, m := range pending {
		p := PlannedMigration{Migration: m}
		p.Unread = o.Platform.SQL[m.Version].Unread
		for _, s := range o.Platform.SQL[m.Version].Statements {
			s.Hints = slices.DeleteFunc(slices.Clone(s.Hints), func(h Hint) bool { return made[tableName(h.Table)] && h.Kind != WillFail })
			for i := range s.Hints {
				s.Hints[i].Bytes = sizeOf(o.Database.Largest, s.Hints[i].Table)
			}
			if s.Kind == CreateTable {
				made[tableName(s.Table)] = true
			}
			p.Statements = append(p.Statements, s)
		}
		planned = append(planned, p)
	}
	if len(planned) == 0 {
		return nil
	}
	return planned
}

// CreateTable is the kind of a statement that makes a table.
const CreateTable = "CREATE TABLE"

// tableName is a table without the schema that every migration means.
func tableName(table string) string { return strings.TrimPrefix(table, "public.") }

func sizeOf(tables []Table, name string) int64 {
	for _, t := range tables {
		if name != "" && tableName(t.Name) == tableName(name) {
			return t.Bytes
		}
	}
	return 0
}
