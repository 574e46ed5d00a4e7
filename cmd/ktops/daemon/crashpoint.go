//go:build crashpoint

package daemon

import (
	"context"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"

	"github.com/keeptrusts/ktops/ops"
)

// crashing kills this process, as kill -9 does, at the nth event of a runner:
// before it is durable for KTOPS_CRASH_BEFORE=n, after it for KTOPS_CRASH_AFTER=n.
func crashing(j ops.Journal) ops.Journal {
	return &crasher{Journal: j, before: number("KTOPS_CRASH_BEFORE"), after: number("KTOPS_CRASH_AFTER")}
}

func number(name string) int64 {
	n, _ := strconv.ParseInt(os.Getenv(name), 10, 64) // zero: never
	return n
}

type crasher struct {
	ops.Journal
	before, after int64
	events        atomic.Int64
}

func (c *crasher) Append(ctx context.Context, e ops.Event) error {
	if e.Token == 0 {
		return c.Journal.Append(ctx, e)
	}
	n := c.events.Add(1)
	if n == c.before {
		die()
	}
	err := c.Journal.Append(ctx, e)
	if n == c.after {
		die()
	}
	return err
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}
