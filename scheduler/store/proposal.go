package store

import (
	"context"

	"github.com/keeptrusts/ktops/internal/tables"
	"github.com/keeptrusts/ktops/ops"
)

// Proposal is that a pinned upgrade is proposed into an opening, and by whom.
type Proposal struct {
	Environment, Window, Key string
	Target                   ops.Version
	// Owner is who is at it; empty once Run or Refusal is known.
	Owner string
	// Run is what was proposed, or Refusal why nothing was.
	Run, Refusal string
}

// Claim takes the right to propose; it is false when somebody has it.
func (s *Store) Claim(ctx context.Context, p Proposal) (bool, error) {
	n, err := s.Exec(ctx, "claim_proposal", p.Environment, p.Window, p.Key, p.Target.String(), p.Owner)
	return n > 0, err
}

// Proposal is the proposal as it is kept; false when there is none.
func (s *Store) Proposal(ctx context.Context, p Proposal) (Proposal, bool, error) {
	found := false
	err := s.Each(ctx, "proposal", func(row tables.Row) error {
		found = true
		return row.Scan(&p.Owner, &p.Run, &p.Refusal)
	}, p.Environment, p.Window, p.Key, p.Target.String())
	return p, found, err
}

// TakeProposal takes the right to propose from an owner that is gone, or after a
// refusal; it is false when somebody was faster.
func (s *Store) TakeProposal(ctx context.Context, seen Proposal, owner string) (bool, error) {
	n, err := s.Exec(ctx, "take_proposal", owner, seen.Environment, seen.Window, seen.Key, seen.Target.String(), seen.Owner)
	return n > 0, err
}

// SaveProposal records what became of a proposal.
func (s *Store) SaveProposal(ctx context.Context, p Proposal) error {
	return s.owned(ctx, "save_proposal", p.Run, p.Refusal, p.Environment, p.Window, p.Key, p.Target.String(), p.Owner)
}
