package ops

import (
	"context"
	"time"
)

// Rehearsal is what starting a version on a restored copy of the data has shown.
type Rehearsal struct {
	From   Version   `json:"from"` // what runs
	Target Version   `json:"target"`
	At     time.Time `json:"at"`
	// Backup is the file that was restored, and BackupAt when it was taken.
	Backup   string    `json:"backup"`
	BackupAt time.Time `json:"backup_at"`
	// Pending are the migrations that were rehearsed: it says nothing about others.
	Pending []Migration `json:"pending"`
	// Restore is how long the restore took, and Boot how long the target's API from its
	// start until it was healthy, migrations included.
	Restore time.Duration `json:"restore"`
	Boot    time.Duration `json:"boot"`
	// Bytes is the size of the copy before it was migrated.
	Bytes int64 `json:"bytes"`
	Measured
	// Failed says why the target's API did not come up on this data; empty when it did.
	Failed string `json:"failed,omitempty"`
	// Answers is whether the API that runs now still answers on the migrated schema:
	// whether the upgrade can roll.
	Answers Tried `json:"answers"`
	// Starts is whether the API that runs now starts on the migrated schema: whether
	// images alone can go back.
	Starts Tried `json:"starts"`
}

// Tried is what became of something that was tried.
type Tried struct {
	OK   bool   `json:"ok"`
	Fact string `json:"fact"` // what was seen; empty when it was not tried
}

// Measured is what migrations did to a database.
type Measured struct {
	Migrations []RehearsedMigration `json:"migrations"`
	// Growth is by how many bytes the database grew.
	Growth int64 `json:"growth"`
}

// RehearsedMigration is one migration as it was measured.
type RehearsedMigration struct {
	Version     int64         `json:"version"`
	Description string        `json:"description"`
	Took        time.Duration `json:"took"`
	// Rewrites are the tables that it wrote anew.
	Rewrites []Table `json:"rewrites,omitempty"`
	// Locks has the strongest lock that it held on each table that was there before.
	Locks []TableLock `json:"locks,omitempty"`
}

// TableLock is a lock that was seen on a table.
type TableLock struct {
	Table string `json:"table"`
	// Mode is as PostgreSQL names it: AccessExclusiveLock keeps even readers out.
	Mode string        `json:"mode"`
	Held time.Duration `json:"held"`
}

// Took is how long all migrations took together.
func (m Measured) Took() time.Duration {
	var sum time.Duration
	for _, r := range m.Migrations {
		sum += r.Took
	}
	return sum
}

// ScratchCopy is a backup that was restored to be tried on.
type ScratchCopy struct {
	Database string        `json:"database"`
	Backup   Backup        `json:"backup"`
	Bytes    int64         `json:"bytes"`
	Took     time.Duration `json:"took"`
}

// Scratch makes copies of the data to try on. Each belongs to a run.
type Scratch interface {
	// RestoreScratch restores the newest verified backup for the run; what an earlier
	// attempt of that run left is removed first.
	RestoreScratch(ctx context.Context, run string, report func(Progress)) (ScratchCopy, error)
	// InUse proves that an API uses the run's copy: somebody other than ktops is connected
	// to it. It is an error when nobody comes to be seen there.
	InUse(ctx context.Context, run string) error
	// WatchScratch begins to measure what is done to the run's copy. The function that it
	// returns ends that, and tells.
	WatchScratch(ctx context.Context, run string) (func(context.Context) (Measured, error), error)
	// DropScratch removes the run's copy; nothing happens when there is none.
	DropScratch(ctx context.Context, run string) error
}

// Bench runs single API containers on a scratch copy: no request of a user reaches
// them, and they are told of the copy in the place of the live database. All else that
// the API's settings name, such as queues, mail and webhooks, they reach as it does.
type Bench interface {
	// Try starts the API of a version on the trial's database, and returns once it is
	// healthy; it goes on running. One that ends or does not become healthy in time is a
	// TrialFailed with its last lines of log; any other error says nothing of the API.
	Try(ctx context.Context, t Trial, report func(Progress)) error
	// Answers asks an API that was tried for what reads its tables, and is an error when
	// it does not answer as it should.
	Answers(ctx context.Context, t Trial) error
	// ClearBench removes the containers of a run's trials, also those of dead attempts.
	ClearBench(ctx context.Context, run string) error
}

// TrialFailed is what an API shows that was started and does not come up.
type TrialFailed struct{ Reason error }

func (e TrialFailed) Error() string { return e.Reason.Error() }
func (e TrialFailed) Unwrap() error { return e.Reason }

// Trial is one API container on a scratch copy.
type Trial struct {
	Run string `json:"run"`
	// Name tells the trials of a run apart: target, current, previous.
	Name     string  `json:"name"`
	Version  Version `json:"version"`
	Database string  `json:"database"`
}
