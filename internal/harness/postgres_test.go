package harness_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/internal/harness"
)

func TestPostgres_FillsAndRestarts(t *testing.T) {
	const size = 200 << 20
	w := world(t, harness.Options{DataBytes: size})
	if err := w.Postgres.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), w.Postgres.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var bytes, rows int64
	if err := conn.QueryRow(t.Context(), `SELECT pg_total_relation_size('events'), count(*) FROM events`).Scan(&bytes, &rows); err != nil {
		t.Fatal(err)
	}
	if bytes < size || bytes > size*5/4 {
		t.Errorf("events takes %d bytes, asked for %d", bytes, size)
	}
	t.Logf("%d rows in %d bytes", rows, bytes)
	if err := w.Platform.Answers(t.Context()); err != nil {
		t.Errorf("the platform does not recover from a restart of its database: %v", err)
	}
}
