package postgres

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

// held is what a restored database is held against.
type held struct {
	rows    map[string]int64       // that the dump has of each table
	applied []ops.AppliedMigration // to the live database
}

// inspect looks at a restored database: its rows, its migrations, and what amcheck
// says.
func inspect(ctx context.Context, conn *pgx.Conn, against held, drill *ops.Drill) error {
	if err := conn.QueryRow(ctx, "SELECT pg_database_size(current_database())").Scan(&drill.Bytes); err != nil {
		return err
	}
	restored, err := countRows(ctx, conn)
	if err != nil {
		return err
	}
	for _, n := range restored {
		drill.Tables++
		drill.Rows += n
	}
	expected, missing, err := resolve(ctx, conn, against.rows)
	if err != nil {
		return err
	}
	migrations, err := applied(ctx, conn)
	if err != nil {
		return err
	}
	sound, err := amcheck(ctx, conn)
	if err != nil {
		return err
	}
	drill.Checks = append(drill.Checks, compareRows(restored, expected, missing), compareMigrations(migrations, against.applied), sound)
	return nil
}

// countRows reads every table to its end.
func countRows(ctx context.Context, conn *pgx.Conn) (map[string]int64, error) {
	rows, err := conn.Query(ctx, tablesSQL)
	if err != nil {
		return nil, err
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	counts := make(map[string]int64, len(tables))
	for _, table := range tables { // quoted by the server
		var n int64
		if err := conn.QueryRow(ctx, "SELECT count(*) FROM ONLY "+table).Scan(&n); err != nil {
			return nil, fmt.Errorf("count the rows of %s: %w", table, err)
		}
		counts[table] = n
	}
	return counts, nil
}

// resolve gives the rows that a dump holds the names that this server writes, and
// tells the tables that it does not have.
func resolve(ctx context.Context, conn *pgx.Conn, held map[string]int64) (expected map[string]int64, missing []string, err error) {
	rows, err := conn.Query(ctx, resolveSQL, slices.Sorted(maps.Keys(held)))
	if err != nil {
		return nil, nil, err
	}
	expected = make(map[string]int64, len(held))
	var name string
	var here *string
	_, err = pgx.ForEachRow(rows, []any{&name, &here}, func() error {
		if here == nil {
			missing = append(missing, name)
		} else {
			expected[*here] = held[name]
		}
		return nil
	})
	return expected, missing, err
}

// compareRows tells where the restored tables and the dump differ. What an extension
// brought is not among the tables.
func compareRows(restored, expected map[string]int64, missing []string) ops.Finding {
	var rows int64
	var wrong []string
	for _, table := range slices.Sorted(maps.Keys(restored)) {
		rows += restored[table]
		if restored[table] != expected[table] {
			wrong = append(wrong, fmt.Sprintf("%s has %d, the backup holds %d", table, restored[table], expected[table]))
		}
	}
	for _, table := range missing {
		wrong = append(wrong, table+" is in the backup and was not restored")
	}
	if len(wrong) > 0 {
		return ops.Finding{Check: "rows", Level: ops.Fail, Fact: strings.Join(wrong, "; "), Advice: "take a new backup now, and keep this one to be looked at"}
	}
	return ops.Finding{Check: "rows", Level: ops.Pass, Fact: fmt.Sprintf("%s in %s, as the backup holds", plural(rows, "row"), plural(int64(len(restored)), "table"))}
}
