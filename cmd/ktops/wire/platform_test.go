package wire

import (
	"context"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/config"
)

type busy struct{ patience time.Duration }

func (b *busy) Migrating(_ context.Context, patience time.Duration) (bool, error) {
	b.patience = patience
	return true, nil
}

func TestPlatform_AsksTheNewestDatabaseWhetherItMigrates(t *testing.T) {
	p := newPlatform(config.Compose{}, nil)
	old, now := &busy{}, &busy{}
	p.asks(old)
	p.asks(now)
	if migrates, err := p.options.Migrating(t.Context()); err != nil || !migrates {
		t.Errorf("it migrates: %v, %v", migrates, err)
	}
	if old.patience != 0 || now.patience != stuckAfter {
		t.Errorf("the old was asked with patience %s, the new with %s", old.patience, now.patience)
	}
}
