package config

// Database is the PostgreSQL database of the API. The user needs to read
// everything, and for rehearsals to create databases.
type Database struct {
	// Name or address of the server, or the folder of its Unix socket.
	Host string `yaml:"host" validate:"required" example:"db.internal"`
	// Port.
	Port int `yaml:"port" default:"5432" validate:"min=1,max=65535"`
	// Name of the database.
	Name string `yaml:"name" default:"keeptrusts" validate:"required"`
	// User.
	User string `yaml:"user" default:"keeptrusts" validate:"required"`
	// Password; leave it out where the server asks for none.
	Password Secret `yaml:"password"`
	// Use of TLS, as libpq names it.
	SSLMode string `yaml:"sslmode" default:"prefer" validate:"oneof=disable allow prefer require verify-ca verify-full"`
	// Data directory of the server when it is on this machine, so that its free
	// space can be seen.
	DataDirectory string `yaml:"data_directory" validate:"omitempty,abspath" example:"/var/lib/postgresql"`
	// Folder of pg_dump and pg_restore; by default those of PATH. They must be at
	// least the server's major version.
	Bin string `yaml:"bin" validate:"omitempty,abspath" example:"/usr/lib/postgresql/15/bin"`
	// The site's own way to take snapshots of the database, such as a storage's. Without it
	// windows copy the database on its server.
	Snapshot *DatabaseSnapshot `yaml:"snapshot"`
}

// DatabaseSnapshot is a command that takes and restores snapshots of the database. It
// gets check, create, restore or drop as its last argument (docs/large-databases.md).
type DatabaseSnapshot struct {
	// The command with its first arguments; no shell is between.
	Command []string `yaml:"command" validate:"required,min=1,dive,required" example:"[/usr/local/bin/keeptrusts-snapshot]"`
	// How long each call of it may take.
	Timeout Duration `yaml:"timeout" default:"1h" validate:"min=1s"`
}

// Backup is where backups go and how long they stay. The last good backup is
// never deleted, whatever its age.
type Backup struct {
	// Folder of the dumps.
	Directory string `yaml:"directory" validate:"required,abspath" example:"/var/backups/keeptrusts"`
	// Age at which a backup is deleted.
	Keep Duration `yaml:"keep" default:"30d" validate:"min=1h"`
	// How many verified backups stay whatever their age.
	KeepLast int `yaml:"keep_last" default:"3" validate:"min=1"`
	// Age at which the copy of the database that a window made before its migrations
	// is dropped.
	SnapshotKeep Duration `yaml:"snapshot_keep" default:"72h" validate:"min=1h"`
	// Compression level of zstd: higher is smaller and slower.
	Level int `yaml:"level" default:"3" validate:"min=1,max=19"`
}
