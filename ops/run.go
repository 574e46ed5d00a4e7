package ops

import (
	"cmp"
	"slices"
	"time"
)

// State is where a run is.
type State string

// The states of a run. Those from Proposed to Held are open.
const (
	Proposed   State = "proposed"    // waits for approvals
	Scheduled  State = "scheduled"   // approved; waits for its window to open
	Approved   State = "approved"    // waits for a runner
	Running    State = "running"     // a runner has it
	Held       State = "held"        // stopped between steps; a person decides
	Succeeded  State = "succeeded"   // every step done
	RolledBack State = "rolled_back" // failed or aborted, and everything put back
	Failed     State = "failed"      // failed and could not be put back
	Aborted    State = "aborted"     // a person stopped it where it was
	Rejected   State = "rejected"    // a person said no
	Expired    State = "expired"     // nobody approved in time
	Void       State = "void"        // the world drifted after the plan was made
	Missed     State = "missed"      // its window passed unused
)

// Open reports whether a run in this state has not ended.
func (s State) Open() bool {
	return s == Proposed || s == Scheduled || s == Approved || s == Running || s == Held
}

// Exclusive reports whether the run keeps others of its environment from
// beginning: while it is open, unless it waits for its window.
func (r Run) Exclusive() bool {
	return r.State.Open() && r.State != Scheduled && (r.State != Proposed || r.Opening == nil)
}

// StepState is where one step of a run is.
type StepState string

// The states of a step.
const (
	StepPending StepState = "pending"
	StepStarted StepState = "started"
	StepDone    StepState = "done"
	StepFailed  StepState = "failed"
	StepUndone  StepState = "undone"
)

// Run is one execution of one plan, as folded from its events.
type Run struct {
	ID      string      `json:"id"`
	Request Request     `json:"request"`
	Plan    Plan        `json:"plan"`
	State   State       `json:"state"`
	Steps   []StepRun   `json:"steps"`
	Probe   ProbeResult `json:"probe"`
	// Opening is the occurrence of a window that the run waits for or runs in.
	Opening *Opening `json:"opening,omitempty"`
	// Approvals are those that count for the present plan.
	Approvals  []Approval `json:"approvals,omitempty"`
	ProposedAt time.Time  `json:"proposed_at"`
	StartedAt  time.Time  `json:"started_at,omitzero"`
	EndedAt    time.Time  `json:"ended_at,omitzero"`
	// Reason says why the run is held or how it ended badly.
	Reason string `json:"reason,omitempty"`
	// Asked is a control that a person gave and the runner has not yet obeyed:
	// HoldAsked, AbortAsked or ReopenAsked, else empty.
	Asked EventKind `json:"asked,omitempty"`
	// AskedBy is who gave it.
	AskedBy Actor `json:"asked_by,omitzero"`
	// AskedWhy is the reason they gave.
	AskedWhy string `json:"asked_why,omitempty"`
	// Overrun is when the run is now expected to be through, once it will not be
	// before its window closes; zero while all is well.
	Overrun time.Time `json:"overrun,omitzero"`
	// AlarmedAt is when a person was last called about the run.
	AlarmedAt time.Time `json:"alarmed_at,omitzero"`
	// Undoing is set once steps are being undone: there is no way forward then.
	Undoing bool `json:"undoing,omitempty"`
	// LetIn is set once the edge was opened by the dead-man rule: users may have written
	// since, whether or not it is closed again.
	LetIn bool `json:"let_in,omitempty"`
	// Seq is the number of the last event folded.
	Seq int `json:"seq"`

	stretches map[int64]ProbeResult // probe results by fencing token
}

// StepRun is a step with what became of it.
type StepRun struct {
	Step
	State    StepState `json:"state"`
	Attempts int       `json:"attempts"`
	Started  time.Time `json:"started,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`
	Undone   time.Time `json:"undone,omitzero"`
	Result   Result    `json:"result"`
	Error    string    `json:"error,omitempty"`
	// AcceptedBy is who had the run go on after a regression.
	AcceptedBy *Actor `json:"accepted_by,omitempty"`
}

// Took is how long the step's last attempt ran; zero while it has not ended.
func (s StepRun) Took() time.Duration {
	if s.Ended.IsZero() {
		return 0
	}
	return s.Ended.Sub(s.Started)
}

// Request is who asked for a run, and for what.
type Request struct {
	Environment string   `json:"environment"`
	Target      Version  `json:"target"`
	Strategy    Strategy `json:"strategy"`
	By          Actor    `json:"by"`
	// Urgent marks a security release, which need not soak in staging first.
	Urgent bool `json:"urgent,omitempty"`
	// Reason explains an urgent run.
	Reason string `json:"reason,omitempty"`
	// Digest is that of the plan which was shown to who asks, where one was: another
	// is then refused.
	Digest string `json:"digest,omitempty"`
	// Channel is the Slack channel the request came from; empty for the command line.
	Channel string `json:"channel,omitempty"`
	// Window asks for an opening of that window, or of any when it is NextWindow.
	Window string `json:"window,omitempty"`
	// Opening is the occurrence that Window was resolved to.
	Opening *Opening `json:"opening,omitempty"`
	// Replaces is a run that was approved into the same opening and drifted.
	Replaces string `json:"replaces,omitempty"`
	// Frozen is the reason of a freeze that this urgent request passes.
	Frozen string `json:"frozen,omitempty"`
	// Maintenance asks for the edge to be closed for a while and nothing else; the
	// target is then zero.
	Maintenance *Maintenance `json:"maintenance,omitempty"`
	// Rollback asks for the way back from a run; the target is then what ran before it.
	Rollback *Rollback `json:"rollback,omitempty"`
	// Rehearse asks for the target to be tried on a copy of the data, and for nothing else.
	Rehearse bool `json:"rehearse,omitempty"`
}

// Actor is a person, or ktops itself.
type Actor struct {
	// ID is a Slack user ID (U…), or unix:NAME for the command line, or ktops.
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// Ktops is the actor of what the daemon does by itself.
func Ktops() Actor { return Actor{ID: "ktops", Name: "ktops"} }

// String is the name for people.
func (a Actor) String() string {
	if a.Name != "" {
		return a.Name
	}
	return a.ID
}

// Approval is one person's yes to one digest.
type Approval struct {
	By         Actor     `json:"by"`
	At         time.Time `json:"at"`
	Digest     string    `json:"digest"`
	BreakGlass bool      `json:"break_glass,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	// Opening is the occurrence that the run is approved into, where it needs one.
	Opening *Opening `json:"opening,omitempty"`
}

// EventKind names what happened to a run.
type EventKind string

// The kinds of events.
const (
	RunProposed   EventKind = "proposed"
	RunApproval   EventKind = "approval" // one approval; not yet enough
	RunApproved   EventKind = "approved" // the last approval that was needed
	RunRejected   EventKind = "rejected"
	RunExpired    EventKind = "expired"
	RunVoid       EventKind = "void"
	RunOpened     EventKind = "opened" // its window opened
	RunMissed     EventKind = "missed" // its window passed unused
	RunOverran    EventKind = "overran"
	RunStarted    EventKind = "started" // also each time a runner takes it up again
	StepBegan     EventKind = "step-started"
	StepEnded     EventKind = "step-done"
	StepBroke     EventKind = "step-failed"
	StepReverted  EventKind = "step-undone"
	HoldAsked     EventKind = "hold-asked"
	AbortAsked    EventKind = "abort-asked"
	ReopenAsked   EventKind = "reopen-asked" // maintenance ends now
	RunHeld       EventKind = "held"
	RunResumed    EventKind = "resumed"
	RunUndoing    EventKind = "undoing"
	RunSucceeded  EventKind = "succeeded"
	RunRolledBack EventKind = "rolled-back"
	RunFailed     EventKind = "failed"
	RunAborted    EventKind = "aborted"
	LeaseBroken   EventKind = "lease-broken" // a person unlocked the environment
	EdgeOpened    EventKind = "edge-opened"  // by the dead-man rule, not by a runner
	Alarm         EventKind = "alarm"        // a person must look now
)

// Event is one thing that happened to a run: who, what, when. Events are
// appended and never changed.
type Event struct {
	Run   string    `json:"run"`
	Seq   int       `json:"seq"` // from 1, without gaps
	Kind  EventKind `json:"kind"`
	At    time.Time `json:"at"`
	Actor Actor     `json:"actor"`
	// Token is the fencing token of the runner's lease; zero for people.
	Token int64 `json:"token,omitempty"`

	Request  *Request     `json:"request,omitempty"`  // proposed
	Plan     *Plan        `json:"plan,omitempty"`     // proposed
	Approval *Approval    `json:"approval,omitempty"` // approval, approved
	Step     string       `json:"step,omitempty"`     // step events
	Result   *Result      `json:"result,omitempty"`   // step-done, step-undone
	Probe    *ProbeResult `json:"probe,omitempty"`    // so far in this stretch
	Reason   string       `json:"reason,omitempty"`   // why, for people
	Until    time.Time    `json:"until,omitzero"`     // overran: when the run is now expected to be through
}

// Fold is the run that its events tell of. The events must be in order.
func Fold(events []Event) Run {
	run := Run{}
	for _, e := range events {
		run = run.apply(e)
	}
	return run
}

func (r Run) apply(e Event) Run {
	r.Seq = e.Seq
	if e.Probe != nil {
		r = r.applyProbe(e)
	}
	switch e.Kind {
	case RunProposed:
		r.ID, r.Request, r.Plan, r.State, r.ProposedAt = e.Run, *e.Request, *e.Plan, Proposed, e.At
		r.Opening = e.Request.Opening
		for _, s := range e.Plan.Steps {
			r.Steps = append(r.Steps, StepRun{Step: s, State: StepPending})
		}
	case RunApproval, RunApproved:
		r = r.applyApproval(e)
	case RunOpened:
		r.State = Approved
	case EdgeOpened:
		r.LetIn = true
	case RunOverran:
		r.Overrun = e.Until
	case Alarm:
		r.AlarmedAt = e.At
	case RunStarted:
		r.State, r.Reason = Running, ""
		if r.StartedAt.IsZero() {
			r.StartedAt = e.At
		}
	case HoldAsked, AbortAsked, ReopenAsked:
		r.Asked, r.AskedBy, r.AskedWhy = e.Kind, e.Actor, e.Reason
	case RunHeld:
		r.State, r.Reason = Held, e.Reason
		if r.Asked == HoldAsked { // an abort is still to be obeyed
			r.Asked = ""
		}
	case RunResumed:
		r.State, r.Reason, r.Asked = Approved, "", ""
		if s := r.Current(); s != nil && s.State == StepFailed { // it is tried again
			r.Steps = slices.Clone(r.Steps)
			r.Current().State = StepPending
			if s.Result.Regression != nil {
				r.Current().AcceptedBy = &e.Actor
			}
		}
	case RunUndoing:
		r.Undoing, r.Reason, r.Asked = true, e.Reason, ""
	case StepBegan, StepEnded, StepBroke, StepReverted:
		r.Steps = applyStep(slices.Clone(r.Steps), e)
	default:
		r = r.applyEnd(e)
	}
	return r
}

// applyApproval counts an approval. The last one that was needed starts the run,
// or has it wait for its window.
func (r Run) applyApproval(e Event) Run {
	if e.Approval != nil {
		r.Approvals = append(slices.Clone(r.Approvals), *e.Approval)
		r.Opening = cmp.Or(r.Opening, e.Approval.Opening)
	}
	switch {
	case e.Kind == RunApproval:
	case r.Opening != nil:
		r.State = Scheduled
	default:
		r.State = Approved
	}
	return r
}

func (r Run) applyEnd(e Event) Run {
	ends := map[EventKind]State{
		RunRejected: Rejected, RunExpired: Expired, RunVoid: Void, RunSucceeded: Succeeded,
		RunRolledBack: RolledBack, RunFailed: Failed, RunAborted: Aborted, RunMissed: Missed,
	}
	if state, ok := ends[e.Kind]; ok {
		r.State, r.EndedAt, r.Asked = state, e.At, ""
		if e.Reason != "" {
			r.Reason = e.Reason
		}
	}
	return r
}

// applyProbe keeps the newest result of each stretch, for a runner tells its
// count from its own start on.
func (r Run) applyProbe(e Event) Run {
	stretches := map[int64]ProbeResult{e.Token: *e.Probe}
	sum := *e.Probe
	for token, p := range r.stretches {
		if token != e.Token {
			stretches[token] = p
			sum = sum.Add(p)
		}
	}
	r.stretches, r.Probe = stretches, sum
	return r
}

func applyStep(steps []StepRun, e Event) []StepRun {
	i := slices.IndexFunc(steps, func(s StepRun) bool { return s.Name == e.Step })
	if i < 0 {
		return steps
	}
	s := &steps[i]
	switch e.Kind {
	case StepBegan:
		if s.Kind != Watch || s.Attempts == 0 { // a watch that is taken up again lasts no longer
			s.Started = e.At
		}
		s.State, s.Ended, s.Error = StepStarted, time.Time{}, ""
		s.Attempts++
	case StepEnded:
		s.State, s.Ended, s.Error = StepDone, e.At, ""
		if s.Started.IsZero() {
			s.Started = e.At
		}
	case StepBroke:
		s.State, s.Ended, s.Error = StepFailed, e.At, e.Reason
	case StepReverted:
		s.State, s.Undone = StepUndone, e.At
		if s.Ended.IsZero() {
			s.Ended = e.At
		}
	}
	if e.Result != nil {
		s.Result = *e.Result
	}
	return steps
}

// Backup is the backup that the run took; nil before.
func (r Run) Backup() *Backup {
	for i := len(r.Steps) - 1; i >= 0; i-- {
		if b := r.Steps[i].Result.Backup; b != nil {
			return b
		}
	}
	return nil
}

// Report is the newest verification of the run; nil before.
func (r Run) Report() *Report {
	for i := len(r.Steps) - 1; i >= 0; i-- {
		if rep := r.Steps[i].Result.Report; rep != nil {
			return rep
		}
	}
	return nil
}

// Lost is what the run's swap took out of use, counted when nobody could write any more;
// nil while nothing was.
func (r Run) Lost() *Written {
	if swap := r.step(Swap); swap != nil && swap.State == StepDone {
		return swap.Result.Lost
	}
	return nil
}

// Current is the step that is being worked on or comes next; nil at the end.
func (r Run) Current() *StepRun {
	for i := range r.Steps {
		if s := r.Steps[i].State; s != StepDone && s != StepUndone {
			return &r.Steps[i]
		}
	}
	return nil
}
