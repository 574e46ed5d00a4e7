package nginx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

// What a caller sees of the edge's state, and shows to pass a closed one.
const (
	MarkerHeader = "X-Ktops-Edge"
	BypassHeader = "X-Ktops-Bypass"
	BypassCookie = "ktops_bypass"
)

// Options say which nginx is managed, and how it is spoken to.
type Options struct {
	// URL is the edge's address, as users have it.
	URL string
	// Directory is where ktops writes; Inside is the same folder as nginx names it,
	// when it sees another file system.
	Directory string
	Inside    string
	// Test, Reload and Workers are the commands that test the configuration, load it,
	// and list processes with their number first. Defaults are those of this machine.
	Test    []string
	Reload  []string
	Workers []string
	Env     []string // added to the environment of the commands
	// Bypass gives the secret that passes a closed edge.
	Bypass func() string
	// OpenPaths stay open: exact paths, or all below one that ends in a slash.
	OpenPaths []string
	// JSONPaths answer JSON whatever a caller accepts.
	JSONPaths []string
	StatusURL string // linked from the page; may be empty
	Log       *logrus.Entry
}

// Edge is one managed nginx.
type Edge struct {
	options Options
	web     *http.Client

	mu sync.Mutex // one change at a time
}

var _ ops.Edge = (*Edge)(nil)

// shortestBypass keeps the secret from being guessed.
const shortestBypass = 16

// safePath and safeSecret are what may stand in nginx's configuration as it is.
var (
	safePath   = regexp.MustCompile(`^/[A-Za-z0-9._~/-]*$`)
	safeSecret = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	safeDir    = regexp.MustCompile(`^/[A-Za-z0-9._/-]+$`)
)

// New checks the options. Nothing is written or asked yet.
func New(o Options) (*Edge, error) {
	if o.Inside == "" {
		o.Inside = o.Directory
	}
	if !filepath.IsAbs(o.Directory) || !safeDir.MatchString(o.Inside) {
		return nil, fmt.Errorf("edge: the folder must be an absolute path of letters, digits, dots and dashes, not %q", o.Inside)
	}
	if u, err := url.Parse(o.URL); err != nil || u.Host == "" {
		return nil, fmt.Errorf("edge: %q is no address", o.URL)
	}
	if o.Bypass == nil || len(o.Bypass()) < shortestBypass || !safeSecret.MatchString(o.Bypass()) {
		return nil, fmt.Errorf("edge: the bypass secret must have at least %d letters, digits, dashes or underscores", shortestBypass)
	}
	for _, path := range append(append([]string{}, o.OpenPaths...), o.JSONPaths...) {
		if !safePath.MatchString(path) {
			return nil, fmt.Errorf("edge: path %q must begin with a slash and have nothing but letters, digits and ._~/-", path)
		}
	}
	if u, err := url.Parse(o.StatusURL); err != nil || (o.StatusURL != "" && u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("edge: %q is no address of a status page", o.StatusURL)
	}
	o.Test = orDefault(o.Test, "nginx", "-t")
	o.Reload = orDefault(o.Reload, "nginx", "-s", "reload")
	o.Workers = orDefault(o.Workers, "ps", "-eo", "pid,args")
	if o.Log == nil {
		quiet := logrus.New()
		quiet.SetOutput(io.Discard)
		o.Log = logrus.NewEntry(quiet)
	}
	return &Edge{options: o, web: &http.Client{
		Timeout:       proofTimeout,
		Transport:     &http.Transport{DisableKeepAlives: true}, // an old connection would prove an old worker
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func orDefault(argv []string, fallback ...string) []string {
	if len(argv) == 0 {
		return fallback
	}
	return argv
}

// Include is the line that the operator adds once to nginx's server block.
func (e *Edge) Include() string { return "include " + e.options.Inside + "/" + confFile + ";" }

// Look implements ops.Edge.
func (e *Edge) Look(context.Context) (ops.EdgeState, error) {
	closure, err := e.readState()
	if err != nil {
		return ops.EdgeState{}, err
	}
	return ops.EdgeState{Closed: closure, Findings: e.installed()}, nil
}

// Close implements ops.Edge.
func (e *Edge) Close(ctx context.Context, c ops.Closure) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	before, err := e.readState()
	if err != nil {
		return err
	}
	if err := e.writeState(c); err != nil {
		return err
	}
	if err := e.closeWith(ctx, c); err != nil {
		return errors.Join(fmt.Errorf("close the edge: %w", err), e.restoreState(before))
	}
	return nil
}

func (e *Edge) closeWith(ctx context.Context, c ops.Closure) error {
	if err := e.writePages(c); err != nil {
		return err
	}
	conf, generation, err := e.closedConf(c)
	if err != nil {
		return err
	}
	return e.load(ctx, conf, "closed "+generation)
}

// Open implements ops.Edge.
func (e *Edge) Open(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	conf, generation, err := e.openConf()
	if err != nil {
		return err
	}
	if err := e.load(ctx, conf, "open "+generation); err != nil {
		return fmt.Errorf("open the edge: %w", err)
	}
	return e.removeState()
}

// retryAfter is the whole seconds until the platform is expected back: never so
// few that callers come back in a storm.
func retryAfter(c ops.Closure, now time.Time) int {
	const least = 5
	return max(int(c.Back.Sub(now).Round(time.Second)/time.Second), least)
}

// base is the edge's address to which a path can be added.
func (e *Edge) base() string { return strings.TrimSuffix(e.options.URL, "/") }
