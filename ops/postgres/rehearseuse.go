package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// useLimit is how long an API that is healthy may take to be seen in the run's copy,
// and usePause how often it is looked for.
const (
	useLimit = 5 * time.Second
	usePause = 100 * time.Millisecond
)

// InUse looks for a session of an API in the run's copy. That its settings name the copy
// is no proof: an image may prefer other settings, and a pooler lead elsewhere.
func (s *Server) InUse(ctx context.Context, run string) error {
	name, err := s.scratchOf(run)
	if err != nil {
		return err
	}
	return s.beside(ctx, ownName, func(conn *pgx.Conn) error {
		limit := time.NewTimer(useLimit)
		defer limit.Stop()
		tick := time.NewTicker(usePause)
		defer tick.Stop()
		for {
			all, err := sessions(ctx, conn, name)
			if err != nil || slices.ContainsFunc(all, session.uses) {
				return err
			}
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-limit.C:
				return errors.New(unused(name))
			case <-tick.C:
			}
		}
	})
}

func unused(name string) string {
	return fmt.Sprintf("the API does not use the copy: within %s no session of it was seen in database %s, so it may use the live one; "+
		"set platform.compose.trials.environment to what leads it to the copy", useLimit, name)
}

// uses reports whether the session is a program's other than ktops and what it starts.
// A prepared transaction is no session.
func (s session) uses() bool {
	return s.PID != 0 && s.User != "" && !s.ours() && !strings.HasPrefix(s.Application, ownName+" ")
}
