package slackemu

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Identities of the one app in the workspace.
const (
	teamID    = "T0KEEPTRUSTS"
	appID     = "A0KTOPS"
	botID     = "B0KTOPS"
	botUserID = "U0KTOPS"
	// slackbotID speaks for Slack itself: "/keeptrusts failed with the error …".
	slackbotID = "USLACKBOT"
)

// Workspace is a Slack workspace with one app installed. It is an http.Handler; its methods may
// be called from several goroutines. Close it when done.
type Workspace struct {
	opts   Options
	mux    *http.ServeMux
	client Doer
	closed chan struct{}
	owned  sync.WaitGroup // requests, connections and retries: all end when closed is

	server *http.Server // nil when made by New
	served chan error

	mu         sync.Mutex
	base       string // where the workspace is reached, such as http://127.0.0.1:4000
	urls       RequestURLs
	changed    chan struct{} // closed and replaced at every change that a person could see
	version    int
	lastTS     int64
	sequence   int
	messages   []*Message // every channel, oldest first
	views      map[string]*View
	stacks     map[string][]string // open modals of a user, the visible one last
	homes      map[string]string   // home tab of a user
	triggers   map[string]*trigger
	responders map[string]*responder
	tickets    map[string]bool
	conns      []*socketConn
	connTurn   int
	pending    map[string]chan reply // envelopes that wait for their acknowledgement
	meters     map[string]*meter
	faults     []*activeFault
	calls      []Call
	acks       []time.Duration
}

// New returns a workspace that serves nothing by itself: mount it as a handler.
func New(opts Options) *Workspace {
	opts = opts.withDefaults()
	ws := &Workspace{
		opts: opts, base: strings.TrimSuffix(opts.PublicURL, "/"), urls: opts.URLs, client: opts.Client,
		closed: make(chan struct{}), changed: make(chan struct{}),
		views: map[string]*View{}, stacks: map[string][]string{}, homes: map[string]string{},
		triggers: map[string]*trigger{}, responders: map[string]*responder{}, tickets: map[string]bool{},
		pending: map[string]chan reply{}, meters: map[string]*meter{},
	}
	if ws.client == nil {
		ws.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	}
	ws.mux = ws.routes()
	return ws
}

// Start returns a workspace that listens on opts.Addr.
func Start(opts Options) (*Workspace, error) {
	ws := New(opts)
	listener, err := net.Listen("tcp", ws.opts.Addr)
	if err != nil {
		return nil, fmt.Errorf("start the emulated Slack workspace: %w", err)
	}
	ws.base = "http://" + listener.Addr().String()
	ws.server = &http.Server{Handler: ws, ReadHeaderTimeout: 10 * time.Second}
	ws.served = make(chan error, 1)
	go func() { ws.served <- ws.server.Serve(listener) }()
	return ws, nil
}

// Close ends every connection and waits for what the workspace started.
func (ws *Workspace) Close() error {
	ws.mu.Lock()
	select {
	case <-ws.closed:
		ws.mu.Unlock()
		return nil
	default:
	}
	close(ws.closed)
	conns := ws.conns
	ws.mu.Unlock()
	for _, c := range conns {
		c.hangUp()
	}
	var err error
	if ws.server != nil {
		err = ws.server.Close()
		if served := <-ws.served; err == nil && !errors.Is(served, http.ErrServerClosed) {
			err = served
		}
	}
	ws.owned.Wait()
	if c, ok := ws.client.(*http.Client); ok && ws.opts.Client == nil {
		c.CloseIdleConnections()
	}
	if err != nil {
		return fmt.Errorf("stop the emulated Slack workspace: %w", err)
	}
	return nil
}

// ServeHTTP answers as slack.com does under /api/, and shows the page at /.
func (ws *Workspace) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !ws.begin() {
		http.Error(w, "the workspace is closed", http.StatusServiceUnavailable)
		return
	}
	defer ws.owned.Done()
	ws.mux.ServeHTTP(w, r)
}

// begin counts one more thing that Close waits for, unless the workspace is closed already.
func (ws *Workspace) begin() bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	select {
	case <-ws.closed:
		return false
	default:
		ws.owned.Add(1)
		return true
	}
}

// untilClosed returns a context that ends with its parent or with the workspace.
func (ws *Workspace) untilClosed(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	go func() {
		select {
		case <-ws.closed:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// URL is where the workspace listens; the Web API is under URL()+"/api/".
func (ws *Workspace) URL() string {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return ws.base
}

// APIURL is what slack.OptionAPIURL takes.
func (ws *Workspace) APIURL() string { return ws.URL() + "/api/" }

// BotToken is the token of the Web API.
func (ws *Workspace) BotToken() string { return ws.opts.BotToken }

// AppToken is the token that opens Socket Mode connections.
func (ws *Workspace) AppToken() string { return ws.opts.AppToken }

// SigningSecret is what HTTP deliveries are signed with.
func (ws *Workspace) SigningSecret() string { return ws.opts.SigningSecret }

// SetRequestURLs tells where the app takes deliveries over HTTP from now on.
func (ws *Workspace) SetRequestURLs(urls RequestURLs) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.urls = urls
}

// touch tells everyone who waits that something visible changed. The caller holds ws.mu.
func (ws *Workspace) touch() {
	ws.version++
	close(ws.changed)
	ws.changed = make(chan struct{})
}

// id returns a new identifier with the given first letters. The caller holds ws.mu.
func (ws *Workspace) id(prefix string) string {
	ws.sequence++
	return fmt.Sprintf("%s%08d", prefix, ws.sequence)
}

// timestamp returns the next message timestamp, unique and growing. The caller holds ws.mu.
func (ws *Workspace) timestamp() string {
	now := time.Now().UnixMicro()
	ws.lastTS = max(now, ws.lastTS+1)
	return fmt.Sprintf("%d.%06d", ws.lastTS/1e6, ws.lastTS%1e6)
}
