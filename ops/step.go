package ops

import (
	"context"
	"time"
)

// Kind names what a step does; a Handler exists for each.
type Kind string

// The kinds of steps.
const (
	PullImages   Kind = "pull"
	TakeBackup   Kind = "backup"
	VerifyBackup Kind = "verify-backup"
	Roll         Kind = "roll"
	Pin          Kind = "pin"
	Verify       Kind = "verify"
	Prune        Kind = "prune"

	// Those of a window (guide: Planned Downtime Procedure).
	CloseEdge    Kind = "close-edge"
	Drain        Kind = "drain"
	StopService  Kind = "stop"
	Snapshot     Kind = "snapshot"
	StartService Kind = "start"
	OpenEdge     Kind = "open-edge"
	StayClosed   Kind = "stay-closed"
	// NotePosition notes where writing is, so that it can be told later what was written since.
	NotePosition Kind = "note-position"

	// Those of a rollback.
	Restore Kind = "restore" // a backup, beside the live database
	Swap    Kind = "swap"    // another database for the live one

	// Those of the watch period after an upgrade.
	Baseline Kind = "baseline"
	Watch    Kind = "watch"

	// Those of a rehearsal.
	RestoreScratch Kind = "restore-scratch"
	Rehearse       Kind = "rehearse"
	ClearScratch   Kind = "clear-scratch"
)

// Step is a small, named, resumable unit of a plan. It is data; the handler of
// its kind knows how.
type Step struct {
	// Name is unique in its plan and the same in every plan, so that durations
	// can be learned: "roll gateway 2/2".
	Name      string    `json:"name"`
	Kind      Kind      `json:"kind"`
	Component Component `json:"component,omitempty"`
	Service   string    `json:"service,omitempty"`
	// Replica and Replicas number the container that a roll replaces, from 1.
	Replica  int `json:"replica,omitempty"`
	Replicas int `json:"replicas,omitempty"`
	// Variable is what a pin sets; Image the image that a roll starts.
	Variable string        `json:"variable,omitempty"`
	Image    string        `json:"image,omitempty"`
	ImageID  string        `json:"image_id,omitempty"`
	From     Version       `json:"from"`
	To       Version       `json:"to"`
	Estimate time.Duration `json:"estimate"`
	// Migrates is set on the step that may apply migrations, after which the
	// previous API cannot start any more.
	Migrates bool `json:"migrates,omitempty"`
	// Source is the backup that a restore reads, or what a swap returns to.
	Source string `json:"source,omitempty"`
}

// Task is a step in the hands of a handler.
type Task struct {
	Run     Run
	Step    Step
	Attempt int
	// Report tells how far the step is. It may be called often and from any
	// goroutine.
	Report func(Progress)
}

// Progress is how far a step is.
type Progress struct {
	// Fraction is between 0 and 1, or negative where it is not known.
	Fraction float64 `json:"fraction"`
	Note     string  `json:"note,omitempty"`
}

// Result is what a finished step leaves for people and for later steps.
type Result struct {
	Note   string  `json:"note,omitempty"`
	Backup *Backup `json:"backup,omitempty"`
	Report *Report `json:"report,omitempty"`
	// StreamsCut counts answers that were still going on when a drain had lasted its
	// longest; -1 when there were some and they could not be counted.
	StreamsCut int `json:"streams_cut,omitempty"`
	// Snapshot is the name of the database that a snapshot made.
	Snapshot string `json:"snapshot,omitempty"`
	// Position is where writing was when a snapshot was whole, or when a position was noted.
	Position *Position `json:"position,omitempty"`
	// Lost is what a swap has taken out of use, counted when nobody could write any more.
	Lost *Written `json:"lost,omitempty"`
	// Kept is the name under which a swap keeps the database that was live.
	Kept string `json:"kept,omitempty"`
	// Scratch is the copy that a rehearsal works on, and Rehearsal what it has shown.
	Scratch   *ScratchCopy `json:"scratch,omitempty"`
	Rehearsal *Rehearsal   `json:"rehearsal,omitempty"`
	// Baseline is what the components had answered before anything changed.
	Baseline []Traffic `json:"baseline,omitempty"`
	// Regression is why a watch failed.
	Regression *Regression `json:"regression,omitempty"`
}

// Handler performs the steps of one kind.
type Handler interface {
	// Done looks whether the world already is where the step would bring it. It
	// is asked before every Do, also after a crash in the middle of one, and
	// changes nothing.
	Done(ctx context.Context, task Task) (bool, Result, error)
	// Do brings the world there. It may be called again after it was
	// interrupted anywhere and must then carry on from what it finds. When ctx
	// ends it stops soon and leaves nothing half made in the way.
	Do(ctx context.Context, task Task) (Result, error)
}

// Undoer is a Handler that can bring the world back to where it was before Do,
// also when Do failed or never ran.
type Undoer interface {
	Undo(ctx context.Context, task Task) (Result, error)
}

// Committer is an Undoer that from some moment on cannot undo what its Do has begun.
type Committer interface {
	// Committed reports whether that moment has passed for the task's run.
	Committed(ctx context.Context, task Task) (bool, error)
}

// Handlers has the handler of each kind for one environment.
type Handlers map[Kind]Handler
