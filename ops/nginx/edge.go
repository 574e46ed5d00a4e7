package nginx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
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
	// Environment is whose edge this is; the folder is that environment's alone.
	Environment string
	// URL is the edge's address, as users have it.
	URL string
	// Directory is where ktops writes; Inside is the same folder as nginx names it,
	// when it sees another file system.
	Directory string
	Inside    string
	// Agent reaches the machine of nginx where it is another one: a command that runs
	// “ktops edge agent” there, or the one word unix:PATH for a socket behind which it
	// runs. What follows, but for Env, is then the agent's to know.
	Agent     []string
	Container string // as in HostOptions, and so are the others
	Test      []string
	Reload    []string
	Workers   []string
	Env       []string
	// Bypass gives the secret that passes a closed edge.
	Bypass func() string
	// OpenPaths stay open: exact paths, or all below one that ends in a slash.
	OpenPaths []string
	// JSONPaths answer JSON whatever a caller accepts.
	JSONPaths []string
	StatusURL string // linked from the page; may be empty
	// Title is what the page calls the platform; by default the environment's name.
	Title string
	// DrainLimit is how long answers may take to end; nginx should not cut them before.
	DrainLimit time.Duration
	Log        *logrus.Entry
}

// Edge is one managed nginx.
type Edge struct {
	options  Options
	host     host
	web      *http.Client
	patience time.Duration // of the proof

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
	if !safeDir.MatchString(o.Inside) {
		return nil, fmt.Errorf("edge: the folder must be an absolute path of letters, digits, dots and dashes, not %q", o.Inside)
	}
	host, err := hostOf(o)
	if err != nil {
		return nil, err
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
	if o.Log == nil {
		quiet := logrus.New()
		quiet.SetOutput(io.Discard)
		o.Log = logrus.NewEntry(quiet)
	}
	return &Edge{options: o, host: host, patience: proofPatience, web: &http.Client{
		Timeout:       proofTimeout,
		Transport:     &http.Transport{DisableKeepAlives: true}, // an old connection would prove an old worker
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func hostOf(o Options) (host, error) {
	if len(o.Agent) > 0 {
		return newAgent(o.Agent, o.Env), nil
	}
	return newMachine(HostOptions{Directory: o.Directory, Container: o.Container, Test: o.Test, Reload: o.Reload, Workers: o.Workers, Env: o.Env})
}

// Look implements ops.Edge.
func (e *Edge) Look(ctx context.Context) (ops.EdgeState, error) {
	closure, err := e.state(ctx)
	if err != nil {
		return ops.EdgeState{}, err
	}
	return ops.EdgeState{Closed: closure, Findings: e.ready(ctx)}, nil
}

// Close implements ops.Edge.
func (e *Edge) Close(ctx context.Context, c ops.Closure) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	before, err := e.state(ctx)
	if err != nil {
		return err
	}
	if err := e.closeWith(ctx, c); err != nil {
		return errors.Join(fmt.Errorf("close the edge: %w", err), e.restoreState(context.WithoutCancel(ctx), before))
	}
	return nil
}

func (e *Edge) closeWith(ctx context.Context, c ops.Closure) error {
	if err := e.writePages(ctx, c); err != nil {
		return err
	}
	if err := e.writeState(ctx, c); err != nil {
		return err
	}
	conf, generation, err := e.closedConf(c)
	if err != nil {
		return err
	}
	return e.load(ctx, conf, "closed "+generation)
}

// Open implements ops.Edge. Callers pass as soon as state.json is gone; what is
// then loaded only clears away. Where nginx cannot load it, because somebody broke
// its configuration meanwhile, the edge is open all the same.
func (e *Edge) Open(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.remove(ctx, stateFile); err != nil {
		return fmt.Errorf("open the edge: %w", err)
	}
	conf, generation, err := e.openConf()
	if err != nil {
		return err
	}
	err = e.load(ctx, conf, "open "+generation)
	if err == nil {
		return nil
	}
	if e.lets(ctx) != nil {
		return fmt.Errorf("open the edge: %w", err)
	}
	e.options.Log.WithError(err).Warn("the edge is open, but nginx could not load the configuration of an open one")
	return nil
}

// retryAfter is the whole seconds until the platform is expected back: never so
// few that callers come back in a storm.
func retryAfter(c ops.Closure, now time.Time) int {
	const least = 5
	return max(int(c.Back.Sub(now).Round(time.Second)/time.Second), least)
}

// base is the edge's address without its path: what ktops asks stands at the root
// of the server.
func base(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // New has refused it
	}
	return u.Scheme + "://" + u.Host
}
