package postgres

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

// Defaults of Options.
const (
	DefaultKeepFor = 30 * 24 * time.Hour // guide: backups stay 30 days
	DefaultLevel   = 3
	// DefaultSnapshotKeep is how long a snapshot of a run that has ended stays, and what
	// an undo put aside.
	DefaultSnapshotKeep = 72 * time.Hour

	defaultPort = 5432
)

// ownName is how ktops calls itself on the server when it only looks.
const ownName = "ktops"

// Options say where the database is and where its backups go.
type Options struct {
	Host string // name, address, or the folder of a Unix socket
	Port int    // default 5432
	Name string
	User string
	// Password gives the password when it is needed, from any goroutine, so that it
	// is never part of a struct that somebody prints; nil where none is asked for.
	Password func() string
	SSLMode  string // as libpq names it; default prefer
	// BinDir has pg_dump and pg_restore; empty: PATH, then Debian's newest.
	BinDir string
	// DataDir is the server's data directory on this machine; empty when the
	// server runs elsewhere and its free space cannot be seen.
	DataDir   string
	BackupDir string
	KeepFor   time.Duration // default 30 days
	KeepLast  int           // verified backups that stay whatever their age; at least 1
	Level     int           // of zstd's own scale of 1 to 22; default 3
	// Maintenance is a database beside ours to connect to when ours is copied or
	// renamed; empty: postgres, else template1.
	Maintenance string
	// SnapshotKeep is how long snapshots stay, and what an undo put aside; default 72 hours.
	SnapshotKeep time.Duration
	// SnapshotCommand is the site's own way to take snapshots, as argv; empty: a copy of
	// the database is made on its server. It gets a verb as its last argument.
	SnapshotCommand []string
	SnapshotTimeout time.Duration // of each call; default 1 hour
	// PlatformVersion tells which Keeptrusts runs while a backup is taken; may be nil.
	PlatformVersion func(context.Context) string
	Log             *logrus.Entry
}

// Server is one database and its backups. It holds no connection: each use makes
// its own, so that a restart of the server is no event here.
type Server struct {
	opts   Options
	config *pgx.ConnConfig
	rate   writeRate
}

var (
	_ ops.DatabaseServer = (*Server)(nil)
	_ ops.Backups        = (*Server)(nil)
	_ ops.Returns        = (*Server)(nil)
)

// Open checks the options. It does not connect.
func Open(opts Options) (*Server, error) {
	if opts.Host == "" || opts.Name == "" || opts.User == "" {
		return nil, errors.New("open the database: host, name and user must be set")
	}
	if !filepath.IsAbs(opts.BackupDir) {
		return nil, fmt.Errorf("open the database: the backup directory %q must be an absolute path", opts.BackupDir)
	}
	opts = withDefaults(opts)
	config, err := pgx.ParseConfig(dsn(opts))
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec // no prepared statements: a pooler may stand between
	return &Server{opts: opts, config: config}, nil
}

func withDefaults(opts Options) Options {
	if opts.Port == 0 {
		opts.Port = defaultPort
	}
	if opts.SSLMode == "" {
		opts.SSLMode = "prefer"
	}
	if opts.KeepFor <= 0 {
		opts.KeepFor = DefaultKeepFor
	}
	if opts.SnapshotKeep <= 0 {
		opts.SnapshotKeep = DefaultSnapshotKeep
	}
	if opts.SnapshotTimeout <= 0 {
		opts.SnapshotTimeout = DefaultSnapshotTimeout
	}
	opts.KeepLast = max(opts.KeepLast, 1)
	if opts.Level <= 0 {
		opts.Level = DefaultLevel
	}
	if opts.Password == nil {
		opts.Password = func() string { return "" }
	}
	if opts.PlatformVersion == nil {
		opts.PlatformVersion = func(context.Context) string { return "" }
	}
	return opts
}

// dsn has everything but the password, which goes straight into the connection's
// configuration and so into no error text.
func dsn(opts Options) string {
	var b strings.Builder
	for _, kv := range [][2]string{
		{"host", opts.Host}, {"port", strconv.Itoa(opts.Port)}, {"dbname", opts.Name}, {"user", opts.User},
		{"sslmode", opts.SSLMode}, {"application_name", ownName},
	} {
		fmt.Fprintf(&b, "%s=%s ", kv[0], conninfo(kv[1]))
	}
	return b.String()
}

// conninfo quotes a value for libpq's connection strings.
func conninfo(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}
