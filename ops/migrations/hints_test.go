package migrations

import (
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

func TestRead_HintsAtWhatTheDocumentationWarnsOf(t *testing.T) {
	var parser Parser
	none := ops.HintKind("")
	for sql, want := range map[string]ops.HintKind{
		"ALTER TABLE events ALTER COLUMN id TYPE bigint":                          ops.Rewrites,
		"ALTER TABLE events ADD COLUMN a uuid DEFAULT gen_random_uuid()":          ops.Rewrites,
		"ALTER TABLE events ADD COLUMN a float DEFAULT 1 + abs(random())":         ops.Rewrites,
		"ALTER TABLE events ADD COLUMN a bigserial":                               ops.Rewrites,
		"ALTER TABLE events ADD COLUMN a int GENERATED ALWAYS AS (id + 1) STORED": ops.Rewrites,
		"ALTER TABLE events ADD COLUMN a int GENERATED ALWAYS AS IDENTITY":        ops.Rewrites,
		"ALTER TABLE events SET UNLOGGED":                                         ops.Rewrites,
		"ALTER TABLE events ADD COLUMN a text DEFAULT ours()":                     ops.NotToldApart,
		"ALTER TABLE events ADD COLUMN a timestamptz NOT NULL DEFAULT now()":      none,
		"ALTER TABLE events ADD COLUMN a timestamptz DEFAULT CURRENT_TIMESTAMP":   none,
		"ALTER TABLE events ADD COLUMN a int NOT NULL DEFAULT 5":                  none,
		"ALTER TABLE events ADD COLUMN a int REFERENCES users (id)":               none,
		"ALTER TABLE events ADD COLUMN a int DEFAULT 1 REFERENCES users (id)":     ops.BlocksWrites,
		"ALTER TABLE events ADD COLUMN a int NOT NULL":                            ops.WillFail,
		"ALTER TABLE events ALTER COLUMN a SET NOT NULL":                          ops.BlocksAll,
		"ALTER TABLE events ALTER COLUMN a SET DEFAULT 1":                         none,
		"ALTER TABLE events ADD CONSTRAINT c CHECK (a > 0)":                       ops.BlocksAll,
		"ALTER TABLE events ADD CONSTRAINT c CHECK (a > 0) NOT VALID":             none,
		"ALTER TABLE events VALIDATE CONSTRAINT c":                                ops.ReadsAll,
		"ALTER TABLE events ADD UNIQUE (a)":                                       ops.BlocksAll,
		"ALTER TABLE events ADD UNIQUE USING INDEX i":                             none,
		"ALTER TABLE events ADD FOREIGN KEY (a) REFERENCES users (id)":            ops.BlocksWrites,
		"ALTER TABLE events DROP COLUMN a":                                        ops.BreaksOld,
		"ALTER TABLE events RENAME COLUMN a TO b":                                 ops.BreaksOld,
		"ALTER TABLE events RENAME TO happenings":                                 ops.BreaksOld,
		"ALTER TABLE events RENAME CONSTRAINT a TO b":                             none,
		"DROP TABLE events":                         ops.BreaksOld,
		"DROP INDEX i":                              none,
		"DROP INDEX CONCURRENTLY i":                 ops.WillFail,
		"CREATE INDEX i ON events (a)":              ops.BlocksWrites,
		"CREATE INDEX CONCURRENTLY i ON events (a)": ops.WillFail,
		"-- no-transaction\nCREATE INDEX CONCURRENTLY i ON events (a)":           none,
		"-- no-transaction\nCREATE INDEX CONCURRENTLY i ON events (a); SELECT 1": ops.WillFail,
		"REINDEX TABLE events":                                 ops.BlocksWrites,
		"-- no-transaction\nREINDEX TABLE CONCURRENTLY events": none,
		"CLUSTER events USING i":                               ops.Rewrites,
		"-- no-transaction\nVACUUM (FULL) events":              ops.Rewrites,
		"VACUUM events":                                        ops.WillFail,
		"REFRESH MATERIALIZED VIEW events":                     ops.BlocksAll,
		"LOCK TABLE events":                                    ops.BlocksAll,
		"LOCK TABLE events IN SHARE MODE":                      none,
		"TRUNCATE events":                                      ops.EveryRow,
		"UPDATE events SET a = 1":                              ops.EveryRow,
		"UPDATE events SET a = 1 WHERE id = 1":                 none,
		"DELETE FROM events":                                   ops.EveryRow,
		"DO $$ BEGIN PERFORM 1; END $$":                        ops.NotToldApart,
		"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM events RETURNING 1'": none,
		"ALTER TYPE mood ADD VALUE 'new'":                                                  none,
		"GRANT SELECT ON events TO reader":                                                 none,
	} {
		read := parser.read(sql)
		if read.Unread != "" {
			t.Errorf("%s: %s", sql, read.Unread)
			continue
		}
		got := read.Hints()
		switch {
		case want == none && len(got) > 0:
			t.Errorf("%s: %v", sql, got)
		case want != none && (len(got) != 1 || got[0].Kind != want || got[0].Means == ""):
			t.Errorf("%s: %v, want one that it %s", sql, got, want)
		}
	}
}

func TestRead_TellsEachStatement(t *testing.T) {
	var parser Parser
	long := strings.Repeat("é", 300)
	read := parser.read("-- first\n/* and\nmore */ ALTER TABLE app.events\n  ADD a int, DROP COLUMN b;\nCREATE TABLE new (id int);\nINSERT INTO new VALUES ('" + long + "');GRANT SELECT ON new TO x")
	want := []ops.Statement{
		{Kind: "ALTER TABLE", Table: "app.events", Text: "ALTER TABLE app.events ADD a int, DROP COLUMN b"},
		{Kind: "CREATE TABLE", Table: "new", Text: "CREATE TABLE new (id int)"},
		{Kind: "INSERT", Table: "new"},
		{Kind: "GRANT SELECT", Text: "GRANT SELECT ON new TO x"},
	}
	if len(read.Statements) != len(want) {
		t.Fatalf("%+v", read)
	}
	for i, s := range read.Statements {
		if s.Kind != want[i].Kind || s.Table != want[i].Table || (want[i].Text != "" && s.Text != want[i].Text) {
			t.Errorf("%+v, want %+v", s, want[i])
		}
	}
	if text := read.Statements[2].Text; len(text) > maxText || !strings.HasSuffix(text, "é…") {
		t.Errorf("a long text is %d bytes, %q", len(text), text)
	}
	if h := read.Statements[0].Hints; len(h) != 1 || h[0].Table != "app.events" {
		t.Errorf("%+v", h)
	}
}

func TestRead_LeavesUnclassifiedWhatIsNoSQL(t *testing.T) {
	var parser Parser
	for name, sql := range map[string]string{
		"words": "SELEC 1", "zero byte": "SELECT 1 \x00; DROP TABLE events", "too long": strings.Repeat("x", maxParsed+1),
		"nested": strings.Repeat("(", 100_000), "psql": "\\connect other\nDROP TABLE events;",
	} {
		read := parser.read(sql)
		if read.Unread == "" || len(read.Statements) > 0 {
			t.Errorf("%s: %+v", name, read)
		}
	}
	if read := parser.read("DROP TABLE events"); len(read.Hints()) != 1 {
		t.Errorf("the parser is of no use any more: %+v", read)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"ALTER TABLE events ADD COLUMN a uuid DEFAULT gen_random_uuid() NOT NULL", "-- no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a)",
		"DROP TABLE a.b, c", "/* open", "VACUUM (FULL) t", "DO $$ x $$", "\xff\xfe", "SELECT '\x00'", "LOCK a, b",
	} {
		f.Add(seed)
	}
	var parser Parser
	f.Fuzz(func(t *testing.T, sql string) {
		read := parser.read(sql)
		if parser.broken != nil {
			t.Fatalf("the parser died: %v", parser.broken)
		}
		for _, s := range read.Statements {
			if len(s.Text) > maxText {
				t.Errorf("a text of %d bytes", len(s.Text))
			}
		}
	})
}

func FuzzParseName(f *testing.F) {
	for _, seed := range []string{"0001_first.sql", "1_a.up.sql", "x_.sql", "_", "9999999999999999999_a.sql", "1_.sql", "-1_a.sql"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		m, ok, err := parseName(name)
		if (ok && err != nil) || (!ok && m != ops.Migration{}) {
			t.Errorf("%q: %+v %v %v", name, m, ok, err)
		}
	})
}
