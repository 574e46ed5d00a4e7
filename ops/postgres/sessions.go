package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// session is who is connected to a database.
type session struct {
	PID         int
	Application string
	User        string
	Client      string
	State       string
}

// String is the session for people: “psql of alice from 10.0.0.7, idle (pid 4711)”.
func (s session) String() string {
	var b strings.Builder
	b.WriteString(orElse(s.Application, "a program without a name"))
	if s.User != "" {
		b.WriteString(" of " + s.User)
	}
	if s.Client != "" {
		b.WriteString(" from " + s.Client)
	}
	if s.State != "" {
		b.WriteString(", " + s.State)
	}
	if s.PID != 0 {
		fmt.Fprintf(&b, " (pid %d)", s.PID)
	}
	return b.String()
}

// ours reports whether ktops itself is connected, for a moment: it only looks.
func (s session) ours() bool { return s.Application == ownName }

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// sessions are those in databases but the asking one.
func sessions(ctx context.Context, conn *pgx.Conn, databases ...string) ([]session, error) {
	rows, err := conn.Query(ctx, sessionsSQL, databases)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[session])
}

// others are the sessions that are not ktops's own.
func others(all []session) []session {
	var list []session
	for _, s := range all {
		if !s.ours() {
			list = append(list, s)
		}
	}
	return list
}

// areSessions begins a sentence about so many sessions.
func areSessions(n int) string {
	if n == 1 {
		return "1 session is"
	}
	return fmt.Sprintf("%d sessions are", n)
}

// fewSessions is how many an error names.
const fewSessions = 8

func sessionsText(list []session) string {
	var names []string
	for _, s := range list[:min(len(list), fewSessions)] {
		names = append(names, s.String())
	}
	if more := len(list) - fewSessions; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, "; ")
}

// endPause is how often it is looked whether a session has ended.
const endPause = 50 * time.Millisecond

// endAttempt ends the sessions of a dead attempt, which may still be copying, and
// waits until they are gone.
func endAttempt(ctx context.Context, conn *pgx.Conn, application string) error {
	if err := endSessions(ctx, conn, endAttemptSQL, application); err != nil {
		return fmt.Errorf("end the session of an earlier attempt: %w", err)
	}
	return nil
}

// endSessions ends those that a statement selects and counts, until none is left.
func endSessions(ctx context.Context, conn *pgx.Conn, sql string, args ...any) error {
	ctx, cancel := context.WithTimeoutCause(ctx, connectLimit, errors.New("it goes on"))
	defer cancel()
	tick := time.NewTicker(endPause)
	defer tick.Stop()
	for {
		var left int
		if err := conn.QueryRow(ctx, sql, args...).Scan(&left); err != nil || left == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}
