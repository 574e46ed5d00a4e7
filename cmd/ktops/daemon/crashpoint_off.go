//go:build !crashpoint

package daemon

import "github.com/keeptrusts/ktops/ops"

// crashing is the journal itself: only a binary built for the crash tests, with
// the tag crashpoint, has one that kills the process.
func crashing(j ops.Journal) ops.Journal { return j }
