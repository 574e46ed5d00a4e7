package harness

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// Database is the application's in every world.
	Database = "keeptrusts"
	// User owns the database, as the application does.
	User = "keeptrusts"
	// Password is the one of User.
	Password = "kt-db-password"

	superuser      = "postgres"
	oldestMajor    = 15
	postgresStarts = 30 * time.Second
)

// Postgres is a private PostgreSQL cluster in a temporary directory.
type Postgres struct {
	Port int
	Bin  string // directory of postgres, pg_dump and the others

	dir    string
	listen []string
	owner  *syscall.Credential // nil: ourselves
	server *process
}

// StartPostgres makes a cluster that listens on loopback and on the addresses given,
// with the role and the empty database of the application.
func StartPostgres(ctx context.Context, addresses ...string) (*Postgres, error) {
	bin, err := findPostgres()
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "kt-postgres-")
	if err != nil {
		return nil, fmt.Errorf("make the cluster's directory: %w", err)
	}
	p := &Postgres{Port: port, Bin: bin, dir: dir, listen: append([]string{"127.0.0.1"}, addresses...)}
	if err := p.create(ctx); err != nil {
		return nil, errors.Join(err, p.Close(ctx))
	}
	return p, nil
}

func (p *Postgres) create(ctx context.Context) error {
	if err := p.takeOwner(); err != nil {
		return err
	}
	if err := p.initdb(ctx); err != nil {
		return err
	}
	if err := p.Start(ctx); err != nil {
		return err
	}
	return p.prepare(ctx)
}

// takeOwner gives the directory to the user postgres: the server refuses to be root.
func (p *Postgres) takeOwner() error {
	if os.Geteuid() != 0 {
		return nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("find the user that PostgreSQL runs as: %w", err)
	}
	uid, uidErr := strconv.Atoi(account.Uid)
	gid, gidErr := strconv.Atoi(account.Gid)
	if err := errors.Join(uidErr, gidErr, os.Chown(p.dir, uid, gid)); err != nil {
		return fmt.Errorf("give %s to the user postgres: %w", p.dir, err)
	}
	p.owner = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return nil
}

func (p *Postgres) initdb(ctx context.Context) error {
	secret := filepath.Join(p.dir, "password")
	if err := os.WriteFile(secret, []byte(Password), 0o644); err != nil {
		return fmt.Errorf("write the password file: %w", err)
	}
	cmd := p.command(ctx, "initdb", "--pgdata", p.data(), "--username", superuser, "--pwfile", secret,
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make a cluster with initdb: %w: %s", err, out)
	}
	hba, err := os.OpenFile(filepath.Join(p.data(), "pg_hba.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("let containers connect: %w", err)
	}
	_, err = hba.WriteString("host all all samenet scram-sha-256\nhost all all 172.16.0.0/12 scram-sha-256\n" +
		"host all all 192.168.0.0/16 scram-sha-256\nhost all all 10.0.0.0/8 scram-sha-256\n")
	return errors.Join(err, hba.Close())
}

// Start starts the server after Stop. The cluster lives as long as its world, so it
// may lose data in a crash of the machine and be quick.
func (p *Postgres) Start(ctx context.Context) error {
	settings := []string{
		"listen_addresses=" + strings.Join(p.listen, ","), "port=" + strconv.Itoa(p.Port),
		"unix_socket_directories=" + p.dir, "fsync=off", "full_page_writes=off", "synchronous_commit=off",
		"max_wal_size=4GB", "shared_buffers=256MB", "max_connections=100",
	}
	args := []string{"-D", p.data()}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	var err error
	if p.server, err = start(p.command(context.WithoutCancel(ctx), "postgres", args...)); err != nil {
		return err
	}
	return Until(ctx, "PostgreSQL answers", postgresStarts, func(ctx context.Context) error {
		if err := p.server.alive(); err != nil {
			return err
		}
		return p.Exec(ctx, superuser, "SELECT 1")
	})
}

// Stop stops the server at once, cutting its sessions (pg_ctl's mode "fast").
func (p *Postgres) Stop(ctx context.Context) error {
	return p.server.stop(ctx, syscall.SIGINT)
}

// Restart is Stop and Start.
func (p *Postgres) Restart(ctx context.Context) error {
	if err := p.Stop(ctx); err != nil {
		return err
	}
	return p.Start(ctx)
}

// prepare makes the application's role and database. The role may create databases,
// because restores and snapshots need that.
func (p *Postgres) prepare(ctx context.Context) error {
	for _, sql := range []string{
		"CREATE ROLE " + User + " LOGIN CREATEDB PASSWORD '" + Password + "'",
		"GRANT pg_monitor TO " + User,
		"CREATE DATABASE " + Database + " OWNER " + User,
	} {
		if err := p.Exec(ctx, superuser, sql); err != nil {
			return err
		}
	}
	return nil
}

// Exec runs SQL without parameters in a database, as superuser.
func (p *Postgres) Exec(ctx context.Context, database, sql string) error {
	conn, err := pgx.Connect(ctx, p.url(superuser, "127.0.0.1", database))
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("run SQL: %w", err)
	}
	return nil
}

// URL is the application's connection from this machine.
func (p *Postgres) URL() string { return p.url(User, "127.0.0.1", Database) }

// SuperURL is the superuser's connection to a database from this machine.
func (p *Postgres) SuperURL(database string) string { return p.url(superuser, "127.0.0.1", database) }

// ContainerURL is the application's connection from a container.
func (p *Postgres) ContainerURL() string { return p.url(User, "db.internal", Database) }

func (p *Postgres) url(role, host, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(role, Password), Path: database,
		Host: net.JoinHostPort(host, strconv.Itoa(p.Port)), RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Data is the data directory, as the disk check looks at it.
func (p *Postgres) Data() string { return p.data() }

func (p *Postgres) data() string { return filepath.Join(p.dir, "data") }

func (p *Postgres) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(p.Bin, name), args...)
	cmd.Dir = p.dir
	if p.owner != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.owner}
	}
	return cmd
}

// Close stops the server and removes the cluster.
func (p *Postgres) Close(ctx context.Context) error {
	var err error
	if p.server != nil {
		err = p.Stop(ctx)
	}
	return errors.Join(err, os.RemoveAll(p.dir))
}

// findPostgres takes the newest of Debian's versions.
func findPostgres() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", fmt.Errorf("look for PostgreSQL: %w", err)
	}
	best, bin := oldestMajor-1, ""
	for _, dir := range found {
		if major, err := strconv.Atoi(filepath.Base(filepath.Dir(dir))); err == nil && major > best {
			best, bin = major, dir
		}
	}
	if bin == "" {
		return "", fmt.Errorf("no PostgreSQL of version %d or newer below /usr/lib/postgresql; scripts/deps installs one", oldestMajor)
	}
	return bin, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err = errors.Join(err, l.Close()); err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	return strconv.Atoi(port)
}
