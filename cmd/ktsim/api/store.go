package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
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
}

func (s *store) policies(ctx context.Context) ([]Policy, error) {
	return collect[Policy](ctx, s, `SELECT id, name, body, enabled FROM policies ORDER BY id`)
}

func (s *store) events(ctx context.Context, limit int) ([]Event, error) {
	return collect[Event](ctx, s, `SELECT id, kind, gateway, payload, created_at FROM events ORDER BY id DESC LIMIT $1`, limit)
}

func (s *store) addEvent(ctx context.Context, e Event) (Event, error) {
	rows, err := collect[Event](ctx, s, `INSERT INTO events (kind, gateway, payload) VALUES ($1, $2, $3)
		RETURNING id, kind, gateway, payload, created_at`, e.Kind, e.Gateway, e.Payload)
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
