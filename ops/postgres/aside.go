package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// aside is a database as its server's catalogue has it.
type aside struct {
	name    string
	comment string
	// valid is false for one whose removal was interrupted: it can only be removed
	// (PostgreSQL 15.4: datconnlimit -2).
	valid bool
}

// is is the mark of a whole database of ours of that kind; false for everything
// else, such as one that a person renamed.
func (a aside) is(kind asideKind, database string) (mark, bool) {
	m, ok := parseMark(a.comment)
	ours := ok && m.kind == kind && m.database == database && a.name == asideName(database, kind, m.run)
	return m, ours
}

// asides are the databases of these names and all that have a mark, by name.
func asides(ctx context.Context, conn *pgx.Conn, names ...string) (map[string]aside, error) {
	rows, err := conn.Query(ctx, asideSQL, names)
	if err != nil {
		return nil, err
	}
	found := map[string]aside{}
	var a aside
	_, err = pgx.ForEachRow(rows, []any{&a.name, &a.comment, &a.valid}, func() error {
		found[a.name] = a
		return nil
	})
	return found, err
}

// dropDatabase removes a database to which nobody is connected.
func dropDatabase(ctx context.Context, conn *pgx.Conn, name string) error {
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)); err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	return nil
}

// commentOn marks a database.
func commentOn(name, comment string) string {
	return "COMMENT ON DATABASE " + quote(name) + " IS " + quoteLiteral(comment)
}
