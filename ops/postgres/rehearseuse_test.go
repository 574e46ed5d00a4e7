package postgres_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestScratch_IsInUseOnlyWhileAnAPIIsConnectedToIt(t *testing.T) {
	s, made := rehearsed(t, 10)
	live := databaseOf(t)
	superuser(t, live, func(ctx context.Context, _ *pgx.Conn) error { // as an API that went past the copy
		wantError(t, s.InUse(ctx, rehearsalRun), "does not use the copy", made.Database, "platform.compose.trials.environment")
		return nil
	})
	superuser(t, made.Database, func(ctx context.Context, conn *pgx.Conn) error {
		for _, own := range []string{"ktops", "ktops drill"} { // ktops's own sessions prove nothing
			if _, err := conn.Exec(ctx, "SELECT set_config('application_name', $1, false)", own); err != nil {
				return err
			}
			wantError(t, s.InUse(ctx, rehearsalRun), "does not use the copy")
		}
		if _, err := conn.Exec(ctx, "SET application_name = ''"); err != nil { // most drivers give none
			return err
		}
		return s.InUse(ctx, rehearsalRun)
	})
}

func TestScratch_WaitsForTheAPIThatIsToUseIt(t *testing.T) {
	s, made := rehearsed(t, 10)
	seen := make(chan error, 1)
	go func() { seen <- s.InUse(t.Context(), rehearsalRun) }()
	superuser(t, made.Database, func(context.Context, *pgx.Conn) error { return <-seen })
}

func TestScratch_IsNotLookedForLongerThanItsRun(t *testing.T) {
	s, _ := rehearsed(t, 10)
	ctx, stop := context.WithCancelCause(t.Context())
	stop(errors.New("aborted"))
	if err := s.InUse(ctx, rehearsalRun); err == nil {
		t.Error("it is in use")
	}
	wantError(t, s.InUse(t.Context(), `r"; DROP`), "cannot be part of a database's name")
}
