package ops

import (
	"context"
	"time"
)

// Observation is everything that planning looks at. It is plain data, so that a
// plan can be computed, tested and shown without touching the world.
type Observation struct {
	Environment string        `json:"environment"`
	At          time.Time     `json:"at"`
	Platform    PlatformState `json:"platform"`
	Database    DatabaseState `json:"database"`
	App         AppState      `json:"app"`
	// Releases lists the versions that are known to exist; empty when no
	// catalogue is configured.
	Releases []Version `json:"releases,omitempty"`
	// Soaked is what the staging environment says of the target; nil when the
	// policy asks for none.
	Soaked *Soaked `json:"soaked,omitempty"`
	// Durations holds how long steps of a kind took here before, by Step.Name.
	Durations map[string]time.Duration `json:"durations,omitempty"`
	// Notes is set where the position of writing can be noted.
	Notes bool `json:"notes,omitempty"`
	// Regret is the run that brought what runs, where the target is what it replaced and
	// it can be taken back; empty otherwise.
	Regret string `json:"regret,omitempty"`
	// Edge is how the edge is; nil where ktops does not manage it.
	Edge *EdgeState `json:"edge,omitempty"`
	// Rehearsal is the newest one of the target; nil when there is none.
	Rehearsal *Rehearsal `json:"rehearsal,omitempty"`
	// Unseen tells what could not be observed; each becomes a failed check.
	Unseen []Finding `json:"unseen,omitempty"`
}

// PlatformState is what runs, and what the target's images are.
type PlatformState struct {
	Services []Service `json:"services"`
	// Images are the target's images, one a component.
	Images []TargetImage `json:"images"`
	// Migrations are those found inside the target API image, in order.
	Migrations []Migration `json:"migrations,omitempty"`
	// MigrationsUnread says why the image's migrations could not be read.
	MigrationsUnread string `json:"migrations_unread,omitempty"`
	// SQL is what the target's migrations do, by their version.
	SQL map[int64]SQL `json:"sql,omitempty"`
	// Known are the migrations of the API image that runs, the oldest where there
	// are several; empty when they could not be read.
	Known []Migration `json:"known,omitempty"`
	// Leftovers are containers of an earlier, unfinished attempt.
	Leftovers []Container `json:"leftovers,omitempty"`
}

// Service is one component as the platform runs it.
type Service struct {
	Component  Component   `json:"component"`
	Name       string      `json:"name"`
	Containers []Container `json:"containers"`
	// Replicas is how many containers the platform's definition asks for.
	Replicas int `json:"replicas"`
	// Variable names where the tag is pinned, for Compose a variable of .env.
	Variable string `json:"variable,omitempty"`
	// Fixed says why the service cannot run twice for a moment; empty when it can.
	Fixed string `json:"fixed,omitempty"`
	// Bound says why it cannot get new containers at all, not even stopped first; empty
	// when it can.
	Bound string `json:"bound,omitempty"`
}

// Container is one running instance of a service.
type Container struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Image     string    `json:"image"`
	ImageID   string    `json:"image_id"`
	Version   Version   `json:"version"`
	Healthy   bool      `json:"healthy"`
	StartedAt time.Time `json:"started_at"`
}

// TargetImage is an image that the target version needs.
type TargetImage struct {
	Component Component `json:"component"`
	Ref       string    `json:"ref"`
	// ID identifies the content: the registry's digest, or for an image that is
	// only local its image ID.
	ID string `json:"id"`
	// Missing says why the image cannot be had for this architecture; empty when it can.
	Missing string `json:"missing,omitempty"`
	Local   bool   `json:"local"`
}

// Migration is one migration file of an API image.
type Migration struct {
	Version     int64  `json:"version"`
	Description string `json:"description"`
	// Checksum is the SHA-384 of the file in hexadecimal, as sqlx records it.
	Checksum string `json:"checksum"`
	Bytes    int    `json:"bytes"`
}

// AppliedMigration is one row of _sqlx_migrations.
type AppliedMigration struct {
	Version       int64         `json:"version"`
	Description   string        `json:"description"`
	Checksum      string        `json:"checksum"`
	Success       bool          `json:"success"`
	InstalledOn   time.Time     `json:"installed_on"`
	ExecutionTime time.Duration `json:"execution_time"`
}

// DatabaseState is what planning needs to know of the database and its backups.
type DatabaseState struct {
	Server     string             `json:"server"` // such as 15.18
	Bytes      int64              `json:"bytes"`
	Applied    []AppliedMigration `json:"applied"`
	Largest    []Table            `json:"largest,omitempty"`
	Sessions   int                `json:"sessions"`
	DataFree   *int64             `json:"data_free,omitempty"` // bytes; nil when it cannot be seen from here
	BackupFree int64              `json:"backup_free"`         // bytes
	BackupDir  string             `json:"backup_dir"`
	Backup     *Backup            `json:"backup,omitempty"` // the newest verified one
	Client     string             `json:"client"`           // version of pg_dump
	// WriteRate is what a short measurement wrote in bytes a second; zero when there
	// was none. Estimates of steps that never ran here rest on it.
	WriteRate int64 `json:"write_rate,omitempty"`
	// NoSnapshot says why a database cannot be copied aside by CREATE DATABASE …
	// TEMPLATE; empty when it can.
	NoSnapshot string `json:"no_snapshot,omitempty"`
	// OwnSnapshots is set where the site's own command takes them, elsewhere.
	OwnSnapshots bool `json:"own_snapshots,omitempty"`
	// Continuity is what keeps every write also off the database; nil where it could not
	// be looked at.
	Continuity *Continuity `json:"continuity,omitempty"`
}

// Table is a table with its total size: heap, indexes and TOAST.
type Table struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// Backup is a dump of the database with what is known about it.
type Backup struct {
	File     string    `json:"file"`
	Database string    `json:"database"`
	At       time.Time `json:"at"`
	// Bytes is the size of the file; RawBytes of what was read back out of it.
	Bytes      int64         `json:"bytes"`
	RawBytes   int64         `json:"raw_bytes"`
	SHA256     string        `json:"sha256"`
	Server     string        `json:"server"`
	Client     string        `json:"client"`
	Platform   string        `json:"platform,omitempty"` // Keeptrusts version when it was taken
	Took       time.Duration `json:"took"`
	VerifiedAt time.Time     `json:"verified_at,omitzero"`
	VerifyTook time.Duration `json:"verify_took"`
	Entries    int           `json:"entries"` // tables whose data was read back
	// DrilledAt is when it was last restored to the side, and found good.
	DrilledAt time.Time `json:"drilled_at,omitzero"`
	// Position is where writing was when the dump began; nil where that was not recorded.
	Position *Position `json:"position,omitempty"`
	// Applied are the migrations applied in it; empty where that was not recorded.
	Applied []AppliedMigration `json:"applied,omitempty"`
}

// AppState is what Keeptrusts says of itself (guide: Pre-Upgrade Checklist).
type AppState struct {
	APIVersion     Version `json:"api_version"`
	Connections    *int    `json:"connections,omitempty"`
	PendingExports *int    `json:"pending_exports,omitempty"`
	CLI            Version `json:"cli"`
	// Notes say why a number above is absent.
	Notes []Finding `json:"notes,omitempty"`
}

// Soaked is how long another environment has been running a version healthily.
type Soaked struct {
	Environment string        `json:"environment"`
	Version     Version       `json:"version"`
	Healthy     bool          `json:"healthy"`
	For         time.Duration `json:"for"`
	Required    time.Duration `json:"required"`
}

// Platform observes what runs the containers.
type Platform interface {
	// Observe looks at the running services and at the images of target. With a
	// zero target it looks at what runs only.
	Observe(ctx context.Context, target Version) (PlatformState, error)
}

// DatabaseServer observes the database and its backups.
type DatabaseServer interface {
	ObserveDatabase(ctx context.Context) (DatabaseState, error)
	// Applied lists the migrations that were applied, oldest first.
	Applied(ctx context.Context) ([]AppliedMigration, error)
}

// App observes Keeptrusts through its own endpoints. What it cannot see is told
// in AppState.Notes.
type App interface {
	ObserveApp(ctx context.Context) AppState
}
