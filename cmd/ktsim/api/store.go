package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/keeptrusts/ktops/cmd/ktsim/migrate"
)

// attempts is how often a query is sent when the connection turns out to be gone,
// as after a restart of the database.
const attempts = 3

// Policy is a row of policies.
type Policy struct {
	ID      int64           `json:"id"`
	Name    string          `json:"name"`
	Body    json.RawMessage `json:"body"`
	Enabled bool            `json:"enabled"`
}

// Event is a row of events.
type Event struct {
	ID        int64           `json:"id"`
	Kind      string          `json:"kind"`
	Gateway   string          `json:"gateway"`
	Payload   json.RawMessage `json:"payload"`
	CreatedAt time.Time       `json:"created_at"`
}

// store is the database of the API server.
type store struct {
	pool *pgxpool.Pool
	slow time.Duration
	// gateway is what the version calls the column that names an event's gateway.
	gateway string
}

// gatewayColumn is the name that the column has once a version's migrations are through.
func gatewayColumn(set []migrate.Migration) string {
	if slices.ContainsFunc(set, func(m migrate.Migration) bool { return m.File == "0150_rename_event_gateway.sql" }) {
		return "gateway_name"
	}
	return "gateway"
}

// ready says why the API cannot work: a database that is away, or a schema that lacks
// what it reads. It looks into the catalogue, where no lock on a table is in its way.
func (s *store) ready(ctx context.Context) error {
	var there bool
	err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_attribute
		WHERE attrelid = to_regclass('events') AND attname = $1 AND NOT attisdropped)`, s.gateway).Scan(&there)
	if err == nil && !there {
		return fmt.Errorf("the schema is not the one of this version: events has no column %s", s.gateway)
	}
	return err
}

func (s *store) policies(ctx context.Context) ([]Policy, error) {
	return collect[Policy](ctx, s, `SELECT id, name, body, enabled FROM policies ORDER BY id`)
}

func (s *store) events(ctx context.Context, limit int) ([]Event, error) {
	return collect[Event](ctx, s, fmt.Sprintf(`SELECT id, kind, %s, payload, created_at
		FROM events ORDER BY id DESC LIMIT $1`, s.gateway), limit)
}

func (s *store) addEvent(ctx context.Context, e Event) (Event, error) {
	rows, err := collect[Event](ctx, s, fmt.Sprintf(`INSERT INTO events (kind, %[1]s, payload) VALUES ($1, $2, $3)
		RETURNING id, kind, %[1]s, payload, created_at`, s.gateway), e.Kind, e.Gateway, e.Payload)
	if err != nil {
		return Event{}, err
	}
	return rows[0], nil
}

func (s *store) countExports(ctx context.Context, status string) (int64, error) {
	type count struct{ Total int64 }
	rows, err := collect[count](ctx, s, `SELECT count(*) AS total FROM exports WHERE $1 = '' OR status = $1`, status)
	if err != nil {
		return 0, err
	}
	return rows[0].Total, nil
}

// collect queries, and queries again where the server has certainly not seen it.
func collect[T any](ctx context.Context, s *store, sql string, args ...any) (found []T, err error) {
	if s.slow > 0 {
		if _, err := s.pool.Exec(ctx, `SELECT pg_sleep($1)`, s.slow.Seconds()); err != nil {
			return nil, err
		}
	}
	for range attempts {
		rows, queryErr := s.pool.Query(ctx, sql, args...)
		if queryErr == nil {
			found, queryErr = pgx.CollectRows(rows, pgx.RowToStructByPos[T])
		}
		if err = queryErr; err == nil || !pgconn.SafeToRetry(err) {
			break
		}
	}
	return found, err
}
