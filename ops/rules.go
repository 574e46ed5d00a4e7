package ops

import "time"

// Rules are what planning goes by.
type Rules struct {
	Matrix Matrix
	// LargeTable is the size in bytes from which a table makes migrations long
	// enough to need a window (guide: Long-Running Migrations, 10 GB).
	LargeTable int64
	// DiskMargin is how many bytes shall stay free on a disk after the need.
	DiskMargin int64
	// RequireRehearsal fails plans whose migrations were not rehearsed.
	RequireRehearsal bool
	// RehearsalAge is how long a rehearsal counts; zero: DefaultRehearsalAge.
	RehearsalAge time.Duration
	// Watch is how a release is watched once it serves.
	Watch Watching
}

// DefaultRules are the guide's.
func DefaultRules() Rules {
	return Rules{Matrix: GuideMatrix(), LargeTable: 10 << 30, DiskMargin: 1 << 30}
}
