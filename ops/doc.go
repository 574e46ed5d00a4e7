// Package ops is the domain of ktops: what it means to upgrade a Keeptrusts
// environment safely, told without naming any driver.
//
//	         Observation ──Plan()──► Plan ──digest──► approval
//	              ▲                   │                  │
//	Platform,     │                   ▼                  ▼
//	Database ─────┘                 Steps ──────────► Runner ──► Report
//	(drivers)                         ▲                  │
//	                               Handlers           Journal
//	                               (drivers)      (append-only events)
//
// An Observation is everything that was looked at: containers, images,
// migrations, disk, connections. Plan is a pure function over it: either an
// immutable list of steps with the facts it was computed from, or a Refusal
// that says why and what to do instead. The plan's digest is what people
// approve; at the click the world is observed again and a plan whose digest
// changed is void.
//
// A Run is one execution of one plan. Nothing about a run is stored but its
// events: proposed, approved, started, step started, step done, and so on.
// The journal appends them and never changes one, so the audit trail is
// complete by construction, and the state of a run is a fold over its events
// (see Fold). Two people who click at once both try to append the same next
// event; one succeeds and the other folds again and sees why.
//
// A Step is data; its Handler has three verbs. Done looks whether the world is
// already there, Do brings it there, Undo (for some) brings it back. The
// Runner writes the intent, acts, and writes the result. After a kill -9 at
// any point the next start looks first and goes on, so nothing is done twice.
//
// One run per environment: a Lease with an owner, an expiry and a fencing
// token. Every event that a runner appends carries its token; an owner that
// lost its lease can write nothing more.
package ops
