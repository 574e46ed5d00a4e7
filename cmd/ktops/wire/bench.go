package wire

import (
	"context"

	"github.com/keeptrusts/ktops/ops"
)

// Try implements ops.Bench.
func (p *platform) Try(ctx context.Context, t ops.Trial, report func(ops.Progress)) error {
	opened, err := p.get(ctx)
	if err != nil {
		return err
	}
	return opened.Try(ctx, t, report)
}

// Answers implements ops.Bench.
func (p *platform) Answers(ctx context.Context, t ops.Trial) error {
	opened, err := p.get(ctx)
	if err != nil {
		return err
	}
	return opened.Answers(ctx, t)
}

// ClearBench implements ops.Bench.
func (p *platform) ClearBench(ctx context.Context, run string) error {
	opened, err := p.get(ctx)
	if err != nil {
		return err
	}
	return opened.ClearBench(ctx, run)
}
