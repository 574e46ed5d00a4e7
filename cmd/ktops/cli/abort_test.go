package cli_test

import (
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

func TestAbort_AsksBeforeItWithdrawsAProposalNobodyNamed(t *testing.T) {
	for answer, want := range map[string]struct {
		code  int
		state ops.State
	}{"y": {0, ops.Aborted}, "": {1, ops.Proposed}} {
		t.Run("answer "+answer, func(t *testing.T) {
			dir, fake := served(t)
			term := newTerminal(t)
			c := runOn(t, term, dir, parts{}, "abort")
			eventually(t, "it asks", func() bool {
				return strings.Contains(c.out.String(), "r-abc234 (production 2.4.3 → 2.5.0, asked for by Alice) only waits for approval. Withdraw it? [y/N]")
			})
			term.types(t, answer)
			c.exits(t, want.code)
			if got, err := fake.Run(t.Context(), "r-abc234"); err != nil || got.State != want.state {
				t.Errorf("the run is %s, %v", got.State, err)
			}
		})
	}
}

func TestAbort_StopsARunThatRunsWithoutAsking(t *testing.T) {
	dir, fake := served(t)
	onTheWay(t, fake, 5)
	run(t, dir, parts{}, "abort").exits(t, 0)
	if got, err := fake.Run(t.Context(), "r-abc234"); err != nil || got.State != ops.Aborted {
		t.Errorf("the run is %s, %v", got.State, err)
	}
}

func TestHold_TellsThatTheRunWillBeHeld(t *testing.T) {
	dir, fake := served(t)
	r := clone(onTheWay(t, fake, 5))
	r.Asked, r.AskedBy = ops.HoldAsked, alice
	fake.Update(ops.Update{Run: r})
	fake.Keep = true
	c := run(t, dir, parts{}, "hold")
	c.exits(t, 0)
	want := "r-abc234 is running and will be held after its present step; watch it with: ktops history r-abc234 --follow\n"
	if c.out.String() != want {
		t.Errorf("said %q, want %q", c.out, want)
	}
}
