package nginx

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// processes lists numbers and titles by the command that was given. Without one it
// lists the children of this nginx' master, for there may be another nginx on the
// machine, whose workers no reload of this one replaces. Where the master is not
// found, all are listed.
func (m *machine) processes(ctx context.Context) (string, error) {
	if len(m.Workers) > 0 {
		p, err := m.run(ctx, m.Workers)
		return p.out, err
	}
	p, err := m.run(ctx, []string{"ps", "-eo", "pid,ppid,args"})
	if err != nil {
		return "", err
	}
	master, err := m.master(ctx)
	if err != nil {
		master = 0 // whoever is listed serves or leaves, if perhaps another platform
	}
	return childrenOf(p.out, master), nil
}

// childrenOf reads lines of number, parent and title, and keeps those of a parent,
// or all when that is 0, without it.
func childrenOf(list string, parent int) string {
	var kept strings.Builder
	for line := range strings.Lines(list) {
		number, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		of, title, _ := strings.Cut(strings.TrimSpace(rest), " ")
		if ppid, err := strconv.Atoi(of); err == nil && (parent == 0 || ppid == parent) {
			kept.WriteString(number + " " + title + "\n")
		}
	}
	return kept.String()
}

// master is the number of the process that loads the configuration.
func (m *machine) master(ctx context.Context) (int, error) {
	m.finding.Lock()
	defer m.finding.Unlock()
	if m.pidFile == "" { // which stays where it is for as long as nginx runs
		found, err := m.findPIDFile(ctx)
		if err != nil {
			return 0, err
		}
		m.pidFile = found
	}
	text, err := os.ReadFile(m.pidFile)
	if err != nil {
		return 0, fmt.Errorf("read the number of nginx's master: %w", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 0 {
		return 0, fmt.Errorf("%s has no number of a process", m.pidFile)
	}
	return pid, nil
}

// What nginx -V tells of where it was built to look.
var (
	builtPID    = regexp.MustCompile(`--pid-path=(\S+)`)
	builtPrefix = regexp.MustCompile(`--prefix=(\S+)`)
)

// findPIDFile is where nginx keeps the number: as its configuration says, where that can
// be read, else as it was built.
func (m *machine) findPIDFile(ctx context.Context) (string, error) {
	built, ok := m.instead("-V")
	if !ok {
		return "", errors.New("the command that tests the configuration is not nginx -t, so nginx cannot be asked where its pid file is")
	}
	p, err := m.run(ctx, built)
	if err != nil {
		return "", err
	}
	said := p.out + p.errs
	prefix := "/usr/local/nginx"
	if found := builtPrefix.FindStringSubmatch(said); found != nil {
		prefix = found[1]
	}
	file := "logs/nginx.pid"
	if found := builtPID.FindStringSubmatch(said); found != nil {
		file = found[1]
	}
	if tree, err := m.dump(ctx); err == nil {
		for _, d := range tree {
			if d.name == "pid" && len(d.args) == 1 {
				file = d.args[0]
			}
		}
	}
	if at := slices.Index(m.Test, "-p"); at >= 0 && at+1 < len(m.Test) {
		prefix = m.Test[at+1]
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(prefix, file)
	}
	return file, nil
}

// instead is the command that tests the configuration with another option in the
// place of -t.
func (m *machine) instead(option string) (argv []string, ok bool) {
	for i, word := range m.Test {
		if word == "-t" {
			argv = append(append(append(argv, m.Test[:i]...), option), m.Test[i+1:]...)
			return argv, true
		}
	}
	return nil, false
}
