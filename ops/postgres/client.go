package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// killAfter is how long a child may take to obey SIGTERM.
const killAfter = 5 * time.Second

// tool is the path of one of PostgreSQL's client programs.
func (s *Server) tool(name string) (string, error) {
	if s.opts.BinDir != "" {
		path := filepath.Join(s.opts.BinDir, name)
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("find %s: %w; correct database.bin", name, err)
		}
		return path, nil
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("find %s: it is neither in PATH nor below /usr/lib/postgresql; install postgresql-client", name)
	}
	return slices.MaxFunc(found, func(a, b string) int { return debianMajor(a) - debianMajor(b) }), nil
}

// debianMajor is 15 for /usr/lib/postgresql/15/bin/pg_dump.
func debianMajor(path string) int { return major(filepath.Base(filepath.Dir(filepath.Dir(path)))) }

// command prepares a client program in a process group of its own, so that a
// Ctrl-C at the terminal reaches ktops only, and ktops ends its children in order:
// with ctx they get SIGTERM, on which pg_dump cancels its query, then SIGKILL.
func (s *Server) command(ctx context.Context, name string, env []string, args ...string) (*exec.Cmd, error) {
	path, err := s.tool(name)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(environment(os.Environ()), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM); err != nil {
			return os.ErrProcessDone // nobody is left in the group
		}
		return nil
	}
	cmd.WaitDelay = killAfter
	return cmd, nil
}

// environment keeps of ktops's own environment what a client program needs. The
// rest has secrets of other services, and PG variables that would change where
// the program connects.
func environment(own []string) []string {
	kept := []string{"LC_ALL=C"} // messages that can be recognised
	for _, kv := range own {
		name, _, _ := strings.Cut(kv, "=")
		switch {
		case slices.Contains([]string{"PATH", "HOME", "TMPDIR", "KRB5CCNAME", "PGREQUIREPEER", "PGCHANNELBINDING"}, name),
			strings.HasPrefix(name, "PGSSL"), strings.HasPrefix(name, "PGGSS"):
			kept = append(kept, kv)
		}
	}
	return kept
}

// connection is how a client program reaches the database: by environment, for
// arguments can be read by everybody on the machine.
func (s *Server) connection(application string) []string {
	env := []string{
		"PGHOST=" + s.opts.Host, "PGPORT=" + strconv.Itoa(s.opts.Port), "PGUSER=" + s.opts.User,
		"PGDATABASE=" + s.opts.Name, "PGSSLMODE=" + s.opts.SSLMode, "PGAPPNAME=" + application,
		"PGCONNECT_TIMEOUT=" + strconv.Itoa(int(connectLimit/time.Second)),
	}
	if password := s.opts.Password(); password != "" {
		env = append(env, "PGPASSWORD="+password)
	}
	return env
}

// clientVersion is what a client program says of itself: "15.18" of
// "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
func (s *Server) clientVersion(ctx context.Context, name string) (string, error) {
	cmd, err := s.command(ctx, name, nil, "--version")
	if err != nil {
		return "", err
	}
	var complaint tail
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("ask %s for its version: %w", cmd.Path, complaint.explain(err))
	}
	_, rest, _ := strings.Cut(string(out), "(PostgreSQL)")
	words := strings.Fields(rest)
	if len(words) == 0 || major(words[0]) == 0 {
		return "", fmt.Errorf("ask %s for its version: it answers %q; set database.bin to the folder of PostgreSQL's own", cmd.Path, firstLine(string(out)))
	}
	return words[0], nil
}

// clientFor checks that a client program is at least the server's major version:
// an older one cannot read a newer server's catalogue or dumps.
func (s *Server) clientFor(ctx context.Context, name, server string) (string, error) {
	client, err := s.clientVersion(ctx, name)
	if err != nil {
		return "", err
	}
	if major(client) < major(server) {
		return "", fmt.Errorf("%s %s is older than the server's PostgreSQL %s: install postgresql-client-%d, or set database.bin to the folder of a newer one",
			name, client, server, major(server))
	}
	return client, nil
}

// major is 15 for 15.18, 15beta1 and 15; zero for what is not a version.
func major(version string) int {
	digits := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		digits = len(version)
	}
	n, err := strconv.Atoi(version[:digits])
	if err != nil {
		return 0
	}
	return n
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

// tailBytes is how much of what a program complained about an error shows.
const tailBytes = 2000

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if extra := len(t.kept) - tailBytes; extra > 0 {
		t.kept = slices.Clone(t.kept[extra:])
	}
	return len(p), nil
}

// explain adds the complaint to the error that a program ended with.
func (t *tail) explain(err error) error {
	text := strings.TrimSpace(string(t.kept))
	if err == nil || text == "" {
		return err
	}
	return fmt.Errorf("%w: %s", err, strings.Join(strings.Split(text, "\n"), "; "))
}
