package ops

import (
	"context"
	"time"
)

// NextWindow asks for the soonest opening of any window that may upgrade.
const NextWindow = "next"

// Opening is one occurrence of a maintenance window.
type Opening struct {
	Window string `json:"window"`
	// Key tells the occurrence for ever: the local wall-clock start that was meant,
	// such as 2026-03-29T02:30, also on a day on which no clock shows it.
	Key    string    `json:"key"`
	Zone   string    `json:"zone"`
	Opens  time.Time `json:"opens"`
	Closes time.Time `json:"closes"`
}

// Freeze is an interval in which nothing may change an environment.
type Freeze struct {
	ID          string    `json:"id"`
	Environment string    `json:"environment"`
	From        time.Time `json:"from"`
	Until       time.Time `json:"until"`
	Reason      string    `json:"reason"`
	// Source is configuration, calendar or chat.
	Source string `json:"source"`
	By     Actor  `json:"by,omitzero"`
}

// Calendar knows when an environment may be worked on.
type Calendar interface {
	// Openings lists the coming occurrences of windows that may upgrade, soonest
	// first, at most n: those that are skipped or closed already are left out, one
	// that is open now is the first.
	Openings(ctx context.Context, environment string, at time.Time, n int) ([]Opening, error)
	// Frozen is the first freeze that overlaps the interval; nil when none does.
	Frozen(ctx context.Context, environment string, from, until time.Time) (*Freeze, error)
}

// WindowState is one window with what comes next.
type WindowState struct {
	Environment string        `json:"environment"`
	Name        string        `json:"name"`
	Cron        string        `json:"cron"`
	Zone        string        `json:"zone"`
	Duration    time.Duration `json:"duration"`
	// Does lists what happens in it, in order: upgrade, backup, verify, drill.
	Does []Chore `json:"does"`
	// Pinned is the version that the configuration asks for; zero: what was approved.
	Pinned Version `json:"pinned,omitzero"`
	// Next are the coming occurrences, the skipped ones among them.
	Next []Occurrence `json:"next"`
	// Change is the zone's next daylight-saving change, where it comes before the
	// last of Next; nil otherwise.
	Change *ClockChange `json:"change,omitempty"`
}

// ClockChange is a moment at which a zone's clocks are set.
type ClockChange struct {
	At     time.Time     `json:"at"`
	Before time.Duration `json:"before"` // offset from UTC
	After  time.Duration `json:"after"`
}

// Chore is one thing that happens in a window.
type Chore string

// The chores.
const (
	ChoreUpgrade Chore = "upgrade"
	ChoreBackup  Chore = "backup"
	ChoreVerify  Chore = "verify"
	ChoreDrill   Chore = "drill" // restore the newest backup to the side and look at it
)

// OccurrenceState is where an occurrence is.
type OccurrenceState string

// The states of an occurrence.
const (
	Coming      OccurrenceState = "coming"
	Skipped     OccurrenceState = "skipped" // a person said so beforehand
	OpenNow     OccurrenceState = "open"
	Used        OccurrenceState = "used"   // everything in it went well
	Unused      OccurrenceState = "unused" // nothing was to be done, or nothing could be
	BrokeDown   OccurrenceState = "failed" // something in it went wrong
	PassedUnmet OccurrenceState = "missed" // ktops did not run, and too little was left
)

// Occurrence is one opening of a window and what became of it.
type Occurrence struct {
	Opening
	Environment string          `json:"environment"`
	State       OccurrenceState `json:"state"`
	// Run is the run that is or was approved into it; empty when none.
	Run string `json:"run,omitempty"`
	// Began and Ended are when the work in it did.
	Began  time.Time     `json:"began,omitzero"`
	Ended  time.Time     `json:"ended,omitzero"`
	Chores []ChoreResult `json:"chores,omitempty"`
	Reason string        `json:"reason,omitempty"`
	By     Actor         `json:"by,omitzero"` // who skipped or opened it by hand
}

// ChoreResult is what became of one chore.
type ChoreResult struct {
	Chore Chore         `json:"chore"`
	Level Level         `json:"level"`
	Fact  string        `json:"fact"`
	Took  time.Duration `json:"took"`
}
