package config

import "github.com/keeptrusts/ktops/ops"

// Policy says who may do what in an environment. It holds for Slack and for the
// command line alike.
type Policy struct {
	// Who may ask for a run; by default everybody.
	Request *People `yaml:"request"`
	// Who may approve one. Nobody approves their own request.
	Approve People `yaml:"approve"`
	// How many people must approve; 0 lets the request suffice.
	Approvals int `yaml:"approvals" default:"1" validate:"min=0,max=10"`
	// How many people must approve a rollback that loses data, where that is more than
	// approvals.
	RollbackApprovals int `yaml:"rollback_approvals" default:"2" validate:"min=1,max=10"`
	// Who may approve their own request in an emergency, with a reason that is
	// announced and recorded.
	BreakGlass People `yaml:"break_glass"`
	// How long a proposal waits for approvals.
	ApprovalTTL Duration `yaml:"approval_ttl" default:"30m" validate:"min=1m"`
	// Whether an upgrade with migrations must have been rehearsed: optional or required.
	Rehearsal string `yaml:"rehearsal" default:"optional" validate:"oneof=optional required"`
	// How long a rehearsal counts: the data moves on.
	RehearsalAge Duration `yaml:"rehearsal_age" default:"7d" validate:"min=1h"`
	// Another environment that must have run a version first.
	Soak *Soak `yaml:"soak"`
}

// Required is the value of Policy.Rehearsal that keeps back what was not rehearsed.
const Required = "required"

// People is a set of people.
type People struct {
	// Slack user IDs (U…), unix:NAME for people on the command line, or * for everybody.
	Users []string `yaml:"users" validate:"dive,person"`
	// Slack user group IDs (S…).
	Groups []string `yaml:"groups" validate:"dive,group"`
}

// Soak makes versions prove themselves elsewhere first. An urgent security
// release may skip it, with a reason.
type Soak struct {
	// Name of the environment that runs versions first.
	In string `yaml:"in" validate:"required" example:"staging"`
	// How long it must have run the version healthily.
	For Duration `yaml:"for" validate:"required,min=1m" example:"24h"`
}

// Ops is the policy as the domain enforces it.
func (p Policy) Ops() ops.Policy {
	policy := ops.Policy{
		Request:     ops.Who{Users: []string{"*"}},
		Approve:     ops.Who(p.Approve),
		Approvals:   p.Approvals,
		BreakGlass:  ops.Who(p.BreakGlass),
		ApprovalTTL: p.ApprovalTTL.Std(),

		RollbackApprovals: p.RollbackApprovals,
	}
	if p.Request != nil {
		policy.Request = ops.Who(*p.Request)
	}
	if p.Soak != nil {
		policy.SoakIn, policy.Soak = p.Soak.In, p.Soak.For.Std()
	}
	return policy
}
