package compose

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
)

func TestMigrating_WhoIsGivenMoreTime(t *testing.T) {
	refused := fmt.Errorf("ask: %w", syscall.ECONNREFUSED)
	says := func(busy bool, err error) func(context.Context) (bool, error) {
		return func(context.Context) (bool, error) { return busy, err }
	}
	for _, c := range []struct {
		name     string
		database func(context.Context) (bool, error)
		why      error
		since    time.Duration
		want     bool
	}{
		{"does not listen yet", nil, refused, time.Hour, true},
		{"listens and is not well", nil, errors.New("503"), time.Minute, false},
		{"has just become healthy", says(false, nil), nil, time.Minute, true},
		{"says that it migrates", nil, fmt.Errorf("%w: 503", errMigrating), time.Hour, true},
		{"the database is being changed", says(true, nil), refused, time.Hour, true},
		{"the database rests", says(false, nil), refused, time.Minute, false},
		{"the database does not answer", says(false, errors.New("away")), refused, time.Minute, true},
		{"the database does not answer, the API does", says(false, errors.New("away")), errors.New("503"), time.Minute, false},
		{"longer than any migration", says(true, nil), errMigrating, DefaultMigrationTimeout + time.Second, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &Platform{options: Options{Migrating: c.database, MigrationTimeout: DefaultMigrationTimeout}, log: logrus.NewEntry(logrus.New())}
			if got := p.migrating().busy(t.Context(), c.why, c.since); got != c.want {
				t.Errorf("more time: %v, want %v", got, c.want)
			}
		})
	}
	if (&Platform{}).brisk().busy != nil {
		t.Error("a container without migrations is given more time")
	}
}
