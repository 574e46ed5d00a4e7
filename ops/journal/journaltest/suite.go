// Package journaltest is the suite that every journal must pass: what ops relies
// on, whatever keeps the events.
package journaltest

import (
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

// Store is what is tested: a journal with its leases.
type Store interface {
	ops.Journal
	ops.Leases
}

// Open opens one place that keeps events. Opened again, it is the same place, as
// another process or a later one would find it. It closes with the test.
type Open func(t *testing.T) Store

// Run tests the journal. Each test gets an empty place of its own.
func Run(t *testing.T, empty func(t *testing.T) Open) {
	for name, test := range map[string]func(*testing.T, Open){
		"an event is read back as it was appended":     eventsAreReadBack,
		"events are numbered without gaps":             eventsAreNumbered,
		"an event that cannot be folded is refused":    unfoldableIsRefused,
		"an environment has one open run":              oneOpenRun,
		"a run that waits for its window is beside it": waitingRun,
		"runs are listed newest first":                 runsAreListed,
		"a run that does not exist is told":            noRunIsTold,
		"of two approvers at once both count":          twoApprovers,
		"of many proposers at once one wins":           manyProposers,
		"a later opening finds everything":             reopened,
		"a lease has one holder":                       oneHolder,
		"an expired lease is taken over":               takeover,
		"a lost lease fences its holder's events":      fencing,
		"a broken lease fences its holder":             breaking,
		"tokens grow for ever":                         tokensGrow,
		"of many that want a lease one gets it":        manyHolders,
		"leases of environments are apart":             leasesApart,
		"what a cancelled caller began leaves no half": cancelled,
	} {
		t.Run(name, func(t *testing.T) { test(t, empty(t)) })
	}
}
