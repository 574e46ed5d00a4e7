package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/sirupsen/logrus"
)

// DefaultSnapshotTimeout is how long a site's own command may take.
const DefaultSnapshotTimeout = time.Hour

// verb is what a site's own snapshot command is asked to do. Each may be asked again
// after it was interrupted anywhere, and then brings the same about.
type verb string

const (
	verbCheck   verb = "check"   // whether the others would work; changes nothing
	verbCreate  verb = "create"  // a snapshot, over what an earlier attempt of it left
	verbRestore verb = "restore" // put it in the database's place
	verbDrop    verb = "drop"    // remove it; nothing happens when there is none
)

// plugin is a site's own command for snapshots (docs/large-databases.md).
type plugin struct{ server *Server }

// plugged reports whether the site has one.
func (s *Server) plugged() bool { return len(s.opts.SnapshotCommand) > 0 }

// answer is what the command prints when it has made a snapshot.
type answer struct {
	Snapshot string    `json:"snapshot"`
	At       time.Time `json:"at"`
	Bytes    int64     `json:"bytes"`
}

// asked is about what the command is asked.
type asked struct {
	verb     verb
	run      string
	snapshot string
}

// call runs the command, and returns what it printed. It gets SIGTERM with all that it
// has started when ctx ends or its time is over, and SIGKILL a little later.
func (p plugin) call(ctx context.Context, a asked) ([]byte, error) {
	s := p.server
	if err := p.endAttempt(ctx, a); err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, s.opts.SnapshotTimeout)
	defer cancel()
	argv := append(append([]string{}, s.opts.SnapshotCommand...), string(a.verb))
	cmd := exec.CommandContext(limited, argv[0], argv[1:]...)
	var out printed
	var complaint tail
	cmd.Env = append(append(environment(os.Environ()), s.connection(ownName+" snapshot")...),
		"KTOPS_RUN="+a.run, "KTOPS_DATABASE="+s.opts.Name, "KTOPS_SNAPSHOT="+a.snapshot)
	cmd.Stdout, cmd.Stderr = &out, &complaint
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = killAfter
	err := p.run(cmd, a)
	p.log(a, complaint.kept)
	if err == nil {
		return out.Bytes(), nil
	}
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case limited.Err() != nil:
		err = fmt.Errorf("it did not end within %s: look what it waits for, or raise database.snapshot.timeout", s.opts.SnapshotTimeout)
	default:
		err = errors.New(p.masked(complaint.explain(err).Error()))
	}
	return nil, fmt.Errorf("%s %s: %w", argv[0], a.verb, err)
}

// run starts the command, notes that it runs, and waits for it and for all that it has
// left behind.
func (p plugin) run(cmd *exec.Cmd, a asked) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	noted := p.noteAttempt(a, cmd.Process.Pid)
	err := cmd.Wait()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what is left of its group
	return errors.Join(err, noted, p.forgetAttempt(a))
}

// log writes what the command had to say, one line each.
func (p plugin) log(a asked, said []byte) {
	log := p.server.opts.Log.WithFields(logrus.Fields{"run": a.run, "verb": a.verb})
	for line := range strings.Lines(p.masked(string(said))) {
		if line = strings.TrimSpace(line); line != "" {
			log.Info("snapshot command: " + line)
		}
	}
}

// masked is a text without the password, which the command has.
func (p plugin) masked(text string) string {
	if password := p.server.opts.Password(); password != "" {
		return strings.ReplaceAll(text, password, "***")
	}
	return text
}

// check says why the command could do nothing now; empty when it could.
func (p plugin) check(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, checkLimit, fmt.Errorf("it did not end within %s", checkLimit))
	defer cancel()
	_, err := p.call(ctx, asked{verb: verbCheck})
	switch {
	case err == nil:
		return "", nil
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), context.Canceled):
		return "", err
	}
	return err.Error(), nil
}

// checkLimit bounds a check, which a plan waits for.
const checkLimit = 30 * time.Second

// mostPrinted is more than any answer has.
const mostPrinted = 64 << 10

// printed keeps the beginning of what a command prints. It embeds no buffer: io.Copy
// would use that one's ReadFrom, and keep all.
type printed struct{ kept bytes.Buffer }

func (p *printed) Write(text []byte) (int, error) {
	if room := mostPrinted - p.kept.Len(); room > 0 {
		p.kept.Write(text[:min(room, len(text))])
	}
	return len(text), nil
}

func (p *printed) Bytes() []byte { return p.kept.Bytes() }

// longestSnapshot bounds the name that a command gives to a snapshot.
const longestSnapshot = 200

// parseAnswer reads what a command says of the snapshot that it made. An error quotes it
// without the password.
func (p plugin) parseAnswer(text []byte) (answer, error) {
	var a answer
	if err := json.Unmarshal(bytes.TrimSpace(text), &a); err != nil {
		return answer{}, fmt.Errorf(`it printed %.60q, not {"snapshot": "…", "at": "…", "bytes": …}: %s`, p.masked(string(text)), p.masked(err.Error()))
	}
	switch {
	case a.Snapshot == "" || len(a.Snapshot) > longestSnapshot || strings.ContainsFunc(a.Snapshot, unprintable):
		return answer{}, fmt.Errorf("it named the snapshot %.60q: a name has 1 to %d signs that can be printed", p.masked(a.Snapshot), longestSnapshot)
	case a.Bytes < 0:
		return answer{}, fmt.Errorf("it said that the snapshot has %d bytes", a.Bytes)
	}
	return a, nil
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }
