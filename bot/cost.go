package bot

import (
	"context"
	"slices"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

const (
	// countEvery is how often the cost of a way back is counted anew that waits for
	// approval: who approves it is to see a number of now.
	countEvery = time.Minute
	// countTimeout is short, for all cards wait meanwhile.
	countTimeout = 10 * time.Second
)

// cost is what a way back was last counted to cost.
type cost struct {
	choice *ops.Choice // nil: it could not be counted
	at     time.Time
}

// costOf is what the way back that a run asks for costs now; nil for other runs and
// while that is not known. It is called with showing locked.
func (b *Bot) costOf(ctx context.Context, run ops.Run) *ops.Choice {
	if run.Request.Rollback == nil || run.State != ops.Proposed {
		delete(b.costs, run.ID)
		return nil
	}
	if known, ok := b.costs[run.ID]; ok && time.Since(known.at) < countEvery {
		return known.choice
	}
	b.costs[run.ID] = cost{choice: b.count(ctx, run), at: time.Now()}
	return b.costs[run.ID].choice
}

func (b *Bot) count(ctx context.Context, run ops.Run) *ops.Choice {
	ctx, cancel := context.WithTimeout(ctx, countTimeout)
	defer cancel()
	r := *run.Request.Rollback
	advice, err := b.service.Advise(ctx, run.Request.Environment, r.Run)
	if err != nil {
		b.log.WithField("run", run.ID).WithError(err).Warn("cannot count what the way back costs; its card says so")
		return nil
	}
	i := slices.IndexFunc(advice.Choices, func(c ops.Choice) bool { return c.Way == r.Way && c.Backup == r.Backup })
	if i < 0 {
		return nil
	}
	return &advice.Choices[i]
}
