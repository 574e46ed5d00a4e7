package harness

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

//go:embed files/fill.sql
var fillSQL string

const (
	// fillWorkers insert side by side; the server does the work.
	fillWorkers = 2
	fillBatch   = 10_000
	// fillPhrases times four words are the prompt of an event.
	fillPhrases = 23
	fillPhrase  = "a[1 + (random() * random() * 63)::int], b[1 + (random() * random() * 63)::int], " +
		"a[1 + (random() * random() * 63)::int], %s[1 + (random() * 60)::int]"
)

// Fill inserts audit events until the table takes so many bytes. The events read
// like real ones: they compress as text does, neither like zeros nor like noise.
func (p *Postgres) Fill(ctx context.Context, bytes int64) error {
	group, working := errgroup.WithContext(ctx)
	for range fillWorkers {
		group.Go(func() error { return p.fillWorker(working, bytes) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("fill the events table: %w", err)
	}
	return p.Exec(ctx, Database, "ANALYZE events")
}

func (p *Postgres) fillWorker(ctx context.Context, bytes int64) error {
	conn, err := pgx.Connect(ctx, p.URL())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	insert := strings.Replace(fillSQL, "/* prompt */", prompt(), 1)
	for {
		var size int64
		if err := conn.QueryRow(ctx, `SELECT pg_total_relation_size('events')`).Scan(&size); err != nil {
			return err
		}
		if size >= bytes {
			return nil
		}
		if _, err := conn.Exec(ctx, insert, fillBatch); err != nil {
			return err
		}
	}
}

// prompt is the SQL of a text of random words, the rarer ones in turn from two lists.
func prompt() string {
	var phrases []string
	for i := range fillPhrases {
		phrases = append(phrases, fmt.Sprintf(fillPhrase, string("cd"[i%2])))
	}
	return strings.Join(phrases, ", ")
}
