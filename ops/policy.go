package ops

import (
	"context"
	"time"
)

// Policy says who may do what in an environment. It is enforced here, not in
// Slack or the command line.
type Policy struct {
	// Request and Approve say who may ask for a run and who may approve one.
	Request Who `json:"request"`
	Approve Who `json:"approve"`
	// Approvals is how many people must approve. Zero: the request is enough.
	Approvals int `json:"approvals"`
	// RollbackApprovals is how many people must approve a rollback that loses data;
	// never fewer than Approvals.
	RollbackApprovals int `json:"rollback_approvals"`
	// BreakGlass may approve their own request, with a reason that is announced.
	BreakGlass Who `json:"break_glass"`
	// ApprovalTTL is how long a proposal waits for approvals.
	ApprovalTTL time.Duration `json:"approval_ttl"`
	// SoakIn is the environment that must have run a version healthily for Soak
	// before this one takes it; empty for none.
	SoakIn string        `json:"soak_in,omitempty"`
	Soak   time.Duration `json:"soak,omitempty"`
}

// Who is a set of people.
type Who struct {
	// Users are Slack user IDs, unix:NAME for people on the command line, or *
	// for everybody.
	Users []string `json:"users,omitempty"`
	// Groups are Slack user group IDs.
	Groups []string `json:"groups,omitempty"`
}

// Groups resolves user groups to the IDs of their members.
type Groups interface {
	Members(ctx context.Context, group string) ([]string, error)
}
