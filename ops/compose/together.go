package compose

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/keeptrusts/ktops/ops"
)

// together does the same to all containers at once, and tells how many are done.
// All are seen to their end; the first failure is returned.
func together(all []instance, count func(done int), do func(instance) error) error {
	var group errgroup.Group
	var mu sync.Mutex
	done := 0
	for _, i := range all {
		group.Go(func() error {
			if err := do(i); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			count(done)
			return nil
		})
	}
	return group.Wait()
}

// counter reports "1 of 2 healthy" within a share of the step.
func counter(report func(ops.Progress), total int, what string, from, to float64) func(int) {
	return func(done int) {
		report(ops.Progress{Fraction: from + (to-from)*float64(done)/float64(max(total, 1)), Note: fmt.Sprintf("%d of %d %s", done, total, what)})
	}
}

// quietly counts for nobody.
func quietly(int) {}

// removeAll takes containers away.
func (p *Platform) removeAll(ctx context.Context, all []instance, v volumes) error {
	return together(all, quietly, func(i instance) error { return p.remove(ctx, i.id, v) })
}
