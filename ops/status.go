package ops

import "time"

// Status is how an environment is now.
type Status struct {
	Environment string         `json:"environment"`
	At          time.Time      `json:"at"`
	Platform    PlatformState  `json:"platform"`
	App         AppState       `json:"app"`
	Database    *DatabaseState `json:"database,omitempty"`
	// Open is the run that is open, nil when there is none.
	Open *Run `json:"open,omitempty"`
	// Last is the newest run that has ended.
	Last *Run `json:"last,omitempty"`
	// Scheduled are the runs that wait for a window, soonest first.
	Scheduled []Run `json:"scheduled,omitempty"`
	// Edge is how the edge is; nil where ktops does not manage it.
	Edge *EdgeState `json:"edge,omitempty"`
	// Lease is who holds the environment; nil when nobody does.
	Lease *Lease `json:"lease,omitempty"`
	// Findings tell what could not be seen, and what is wrong.
	Findings []Finding `json:"findings,omitempty"`
}

// Update tells watchers where a run is: its folded state, and how far the
// current step is.
type Update struct {
	Run      Run      `json:"run"`
	Progress Progress `json:"progress"`
	// Remaining estimates how long the run still takes.
	Remaining time.Duration `json:"remaining"`
}
