package postgres_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/ops"
)

func TestRestore_KeepsTheTablespace(t *testing.T) {
	database, dir, back := backedUp(t, 10)
	superuser(t, "postgres", func(ctx context.Context, conn *pgx.Conn) error {
		_, allowed := conn.Exec(ctx, "SET allow_in_place_tablespaces = on")
		_, err := conn.Exec(ctx, `CREATE TABLESPACE "Fast disk" LOCATION ''`)
		return errors.Join(allowed, err)
	})
	t.Cleanup(func() {
		dropAsides(t, database)
		execute(t, "postgres", `ALTER DATABASE "`+database+`" SET TABLESPACE pg_default`)
		execute(t, "postgres", `DROP TABLESPACE "Fast disk"`)
	})
	execute(t, "postgres", `GRANT CREATE ON TABLESPACE "Fast disk" TO `+harness.User)
	execute(t, "postgres", `ALTER DATABASE "`+database+`" SET TABLESPACE "Fast disk"`)
	s, _ := open(t, database, inDir(dir))
	wantDo(t, s.Handlers()[ops.Restore], back)
	if got := value(t, "postgres", `SELECT count(*) FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE spcname = 'Fast disk'`); got != "2" {
		t.Errorf("%s databases are in the tablespace, want both", got)
	}
}
