// Package api stands in for the Keeptrusts API server: it migrates its database at
// start, refuses to start on a schema that it does not know, and answers a few
// routes that read and write the tables an upgrade touches.
package api

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/keeptrusts/ktops/cmd/ktsim/migrate"
	"github.com/keeptrusts/ktops/cmd/ktsim/service"
)

const (
	connectTimeout = 10 * time.Second
	readyTimeout   = 2 * time.Second
	poolSize       = 10
)

// Config is what the API server reads from its environment.
type Config struct {
	DatabaseURL string // DATABASE_URL
	Token       string // API_TOKEN, the bearer token of every /v1 route
}

// Run migrates, then serves until ctx ends.
func Run(ctx context.Context, runtime service.Runtime, config Config) error {
	if err := runtime.Boot(ctx); err != nil {
		return err
	}
	set, err := migrate.Set(runtime.Version)
	if err != nil {
		return err
	}
	if err := migrateAtStart(ctx, runtime, set, config.DatabaseURL); err != nil {
		return err
	}
	pool, err := openPool(ctx, config.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	s := service.New(runtime)
	db := &store{pool: pool, slow: runtime.Faults.SlowQuery, gateway: gatewayColumn(set)}
	s.Ready = func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, readyTimeout)
		defer cancel()
		return db.ready(ctx)
	}
	routes(s, db, config.Token)
	return s.Serve(ctx, ":8080")
}

// migrateAtStart uses a connection of its own, because the lock belongs to a session.
func migrateAtStart(ctx context.Context, runtime service.Runtime, set []migrate.Migration, url string) error {
	connecting, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := pgx.Connect(connecting, url)
	if err != nil {
		return fmt.Errorf("connect to the database (DATABASE_URL): %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return migrate.Run(ctx, conn, set, runtime.Faults, runtime.Log)
}

func openPool(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read DATABASE_URL: %w", err)
	}
	config.MaxConns = poolSize
	// A migration of the next version changes tables under our feet: without
	// cached plans an added column is no error to us.
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the pool: %w", err)
	}
	return pool, nil
}
