package ops

import "time"

// Strategy is how a plan moves the platform.
type Strategy string

// The strategies.
const (
	Auto    Strategy = "auto" // rolling where that is safe
	Rolling Strategy = "rolling"
	Window  Strategy = "window" // maintenance mode, stop, upgrade, reopen
	// Closing closes the edge for a while and changes nothing else.
	Closing Strategy = "maintenance"
	// Returning goes back to where a run began.
	Returning Strategy = "rollback"
	// Rehearsing tries a version on a copy of the data.
	Rehearsing Strategy = "rehearsal"
)

// Plan is an immutable list of steps with the facts it was computed from.
type Plan struct {
	Environment string    `json:"environment"`
	Target      Version   `json:"target"`
	From        Version   `json:"from"`
	Strategy    Strategy  `json:"strategy"`
	At          time.Time `json:"at"`
	// Why explains the choice of strategy.
	Why    string    `json:"why"`
	Steps  []Step    `json:"steps"`
	Checks []Finding `json:"checks"`
	// Migrations are the pending ones with what they do.
	Migrations []PlannedMigration `json:"migrations,omitempty"`
	// Facts are those that matter to who approves: a change in any voids the plan.
	Facts Facts `json:"facts"`
	// Digest is sha256: of environment, target, strategy, steps and facts.
	Digest string `json:"digest"`
}

// Facts are what a plan rests on.
type Facts struct {
	Running    []RunningFact `json:"running"`
	Images     []ImageFact   `json:"images"`
	Pending    []Migration   `json:"pending"`     // migrations that the target will apply
	Applied    int           `json:"applied"`     // migrations applied so far
	LastSchema int64         `json:"last_schema"` // version of the newest applied migration
	// Beyond counts applied migrations that the API which runs does not have, left by
	// an upgrade that was stopped half way: it could not start again on this schema.
	Beyond int `json:"beyond,omitempty"`
}

// RunningFact is one service as it runs: how many containers of which image.
type RunningFact struct {
	Component  Component `json:"component"`
	Version    Version   `json:"version"`
	ImageID    string    `json:"image_id"`
	Containers int       `json:"containers"`
}

// ImageFact is one image of the target by content.
type ImageFact struct {
	Component Component `json:"component"`
	Ref       string    `json:"ref"`
	ID        string    `json:"id"`
}

// Estimate is how long the steps take together.
func (p Plan) Estimate() time.Duration {
	var sum time.Duration
	for _, s := range p.Steps {
		sum += s.Estimate
	}
	return sum
}

// Migrates reports whether the plan applies migrations.
func (p Plan) Migrates() bool { return len(p.Facts.Pending) > 0 }
