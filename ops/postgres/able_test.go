package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops/postgres"
)

// noSnapshot is why the database cannot be copied aside, as planning sees it.
func noSnapshot(t *testing.T, database string, edits ...func(*postgres.Options)) string {
	t.Helper()
	s, _ := open(t, database, edits...)
	state, err := s.ObserveDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state.NoSnapshot
}

func TestObserveDatabase_SaysWhyNoSnapshotCanBeMade(t *testing.T) {
	database := newDatabase(t, 10)
	if why := noSnapshot(t, database); why != "" {
		t.Errorf("the owner with CREATEDB is refused: %s", why)
	}
	const role = "kt_limited"
	execute(t, "postgres", fmt.Sprintf(`DROP ROLE IF EXISTS %[1]s; CREATE ROLE %[1]s LOGIN PASSWORD '%[2]s'; GRANT pg_read_all_data TO %[1]s`, role, harness.Password))
	as := func(o *postgres.Options) { o.User = role }
	for _, c := range []struct{ given, sql, say string }{
		{"another's database", "ALTER ROLE kt_limited CREATEDB", "user kt_limited does not own the database, keeptrusts does"},
		{"no CREATEDB", "ALTER ROLE kt_limited NOCREATEDB; GRANT keeptrusts TO kt_limited", "user kt_limited may not create databases: ALTER ROLE kt_limited CREATEDB"},
		{"ownership by membership", "ALTER ROLE kt_limited CREATEDB", ""},
		{"settings of others", "ALTER ROLE postgres IN DATABASE DB SET work_mem = '5MB'", "the settings of role postgres in it can be kept only by a superuser"},
		{"not even with CREATEROLE", "ALTER ROLE kt_limited CREATEROLE", "the settings of role postgres in it can be kept only by a superuser"},
		{"which is enough for ordinary ones", "ALTER ROLE postgres IN DATABASE DB RESET ALL; ALTER ROLE keeptrusts IN DATABASE DB SET work_mem = '5MB'", ""},
		{"without it", "ALTER ROLE kt_limited NOCREATEROLE", "the settings of role keeptrusts in it can be kept only by a superuser, or a user with CREATEROLE"},
		{"settings gone again", "ALTER ROLE keeptrusts IN DATABASE DB RESET ALL", ""},
		{"a superuser's setting", "ALTER DATABASE DB SET log_statement = 'all'", "its setting log_statement can be kept only by a superuser"},
		{"a setting that nobody knows", "ALTER DATABASE DB RESET log_statement; ALTER DATABASE DB SET app.motto = 'x'", "its setting app.motto can be kept only by a superuser"},
	} {
		execute(t, "postgres", strings.ReplaceAll(c.sql, "DATABASE DB", "DATABASE "+database))
		if why := noSnapshot(t, database, as); why != c.say && (c.say == "" || !strings.Contains(why, c.say)) {
			t.Errorf("%s: it says %q, want %q", c.given, why, c.say)
		}
	}
	execute(t, "postgres", fmt.Sprintf("ALTER DATABASE %s RESET ALL; REVOKE keeptrusts FROM kt_limited; DROP OWNED BY kt_limited; DROP ROLE kt_limited", database))
}

func TestObserveDatabase_NoSnapshotWithoutADatabaseBeside(t *testing.T) {
	database := newDatabase(t, 10)
	for given, edit := range map[string]func(*postgres.Options){
		"missing":     func(o *postgres.Options) { o.Maintenance = "missing" },
		"itself only": func(o *postgres.Options) { o.Maintenance = o.Name },
	} {
		if why := noSnapshot(t, database, edit); !strings.Contains(why, "name it as database.maintenance") {
			t.Errorf("%s: it says %q", given, why)
		}
	}
}

func TestObserveDatabase_NoSnapshotOnAReplica(t *testing.T) {
	needCluster(t)
	replica, err := harness.StartPostgres(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := replica.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	signal := filepath.Join(replica.Data(), "standby.signal")
	if err := errors.Join(replica.Stop(t.Context()), os.WriteFile(signal, nil, 0o644), replica.Start(t.Context())); err != nil {
		t.Fatal(err)
	}
	if why := noSnapshot(t, harness.Database, func(o *postgres.Options) { o.Port = replica.Port }); !strings.Contains(why, "the server is a replica") {
		t.Errorf("it says %q", why)
	}
}
