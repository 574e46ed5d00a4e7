package migrate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/cmd/ktsim/fault"
	"github.com/keeptrusts/ktops/internal/harness"
)

func TestSet_TroubleIsShippedByTheBuildThatIsCalledSo(t *testing.T) {
	for _, trouble := range []string{"rewrite", "lock", "duplicates", "rename"} {
		if got, want := versions(t, "2.5.0-"+trouble), append(versions(t, "2.5.0"), 150); !slices.Equal(got, want) {
			t.Errorf("2.5.0-%s ships %v, want %v", trouble, got, want)
		}
	}
}

func TestRun_DuplicatesFailOnRealDataOnly(t *testing.T) {
	conn := connect(t, harness.TestPostgres(t).URL())
	mustRun(t, conn, "2.4.3")
	if _, err := conn.Exec(t.Context(), `INSERT INTO events (kind, gateway) VALUES ('k', 'g'), ('k', 'g')`); err != nil {
		t.Fatal(err)
	}
	if err := run(t, conn, "2.5.0-duplicates", fault.Faults{}); err == nil || !strings.Contains(err.Error(), "migration 150") {
		t.Errorf("got %v", err)
	}
	if last, _ := recorded(t, conn); last != 147 {
		t.Errorf("it went up to %d", last)
	}
	if _, err := conn.Exec(t.Context(), `TRUNCATE events`); err != nil {
		t.Fatal(err)
	}
	mustRun(t, conn, "2.5.0-duplicates")
}

func TestRun_RewriteWritesTheTableAnew(t *testing.T) {
	conn := connect(t, harness.TestPostgres(t).URL())
	mustRun(t, conn, "2.5.0")
	file := func() (node uint32) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), `SELECT pg_relation_filenode('events')`).Scan(&node); err != nil {
			t.Fatal(err)
		}
		return node
	}
	before := file()
	mustRun(t, conn, "2.5.0-rewrite")
	if file() == before {
		t.Error("events is in the same file")
	}
}
