package bot

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// Options are what a Bot is made of.
type Options struct {
	BotToken string
	// AppToken opens Socket Mode; empty in mode HTTP.
	AppToken string
	// SigningSecret verifies what comes over HTTP; empty in Socket Mode.
	SigningSecret string
	// APIURL is another address of the Web API, ending in a slash; empty for Slack's.
	APIURL string
	// Command is the slash command; empty for /keeptrusts.
	Command      string
	Environments []Environment
	Service      Service
	Windows      Windows // nil where nothing keeps windows and freezes
	Store        Store
	// Releases lists the versions that exist; nil when that is not known.
	Releases func(ctx context.Context, environment string) ([]ops.Version, error)
	HTTP     *http.Client // nil for one of its own
	Metrics  *Metrics     // nil to measure nothing that is looked at
	Log      *logrus.Entry
}

// Environment is what the bot knows of one: where its cards appear, and the
// policy that they tell of. The domain enforces it.
type Environment struct {
	Name string
	// Channel has the cards; empty for an environment without Slack.
	Channel string
	// Elsewhere are further channels where commands for it are taken. Without
	// any, they are taken everywhere.
	Elsewhere []string
	// Zone is that of its people's clocks; empty for UTC.
	Zone   string
	Policy ops.Policy
}

// Bot is ktops in one Slack workspace.
type Bot struct {
	api      *slack.Client
	secret   string
	command  string
	service  Service
	windows  Windows
	store    Store
	releases func(ctx context.Context, environment string) ([]ops.Version, error)
	metrics  *Metrics
	log      *logrus.Entry
	socket   bool
	started  time.Time // what was received before was left over by an earlier process

	names   *names
	groups  *Groups
	outbox  *outbox
	link    *link
	arrived chan struct{} // something is in the inbox

	mu           sync.RWMutex
	environments []Environment

	showing    sync.Mutex
	shown      map[string]shown
	successors map[string]cards.Successor // by the run that drifted
	costs      map[string]cost            // by the run that asks for a way back
}

const (
	defaultCommand = "/keeptrusts"
	// callTimeout ends a call that Slack does not answer.
	callTimeout = 15 * time.Second
)

// New is a bot over its parts. Nothing is sent before Run.
func New(opts Options) *Bot {
	client := opts.HTTP
	if client == nil {
		client = &http.Client{Timeout: callTimeout}
	}
	settings := []slack.Option{slack.OptionHTTPClient(client)}
	if opts.APIURL != "" {
		settings = append(settings, slack.OptionAPIURL(opts.APIURL))
	}
	if opts.AppToken != "" {
		settings = append(settings, slack.OptionAppLevelToken(opts.AppToken))
	}
	if opts.Command == "" {
		opts.Command = defaultCommand
	}
	if opts.Metrics == nil {
		opts.Metrics = NewMetrics()
	}
	api := slack.New(opts.BotToken, settings...)
	return &Bot{
		api: api, secret: opts.SigningSecret, command: opts.Command, service: opts.Service, store: opts.Store,
		releases: opts.Releases, metrics: opts.Metrics, log: opts.Log, socket: opts.AppToken != "", started: time.Now(),
		names: newNames(api), groups: NewGroups(api), arrived: make(chan struct{}, 1), link: &link{cause: errNotYet},
		outbox:       newOutbox(api, client, opts.Store, opts.Metrics, opts.Log),
		windows:      opts.Windows,
		environments: opts.Environments, shown: map[string]shown{}, successors: map[string]cards.Successor{}, costs: map[string]cost{},
	}
}

// Groups resolves user groups through the bot's workspace.
func (b *Bot) Groups() *Groups { return b.groups }

// SetEnvironments replaces what the bot knows of the environments, as a reload
// of the configuration does.
func (b *Bot) SetEnvironments(environments []Environment) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.environments = environments
}

func (b *Bot) environment(name string) (Environment, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, e := range b.environments {
		if e.Name == name {
			return e, true
		}
	}
	return Environment{}, false
}

// Run works until ctx ends: it takes deliveries (in Socket Mode; over HTTP they
// come through Handler), works them off, keeps the cards and sends what is to be
// said. It returns when all of that has stopped.
func (b *Bot) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return b.outbox.run(ctx) })
	g.Go(func() error { return b.workOff(ctx) })
	g.Go(func() error { return b.project(ctx) })
	g.Go(func() error { return b.tidy(ctx) })
	if b.socket {
		g.Go(func() error { return b.listen(ctx) })
	}
	return g.Wait()
}

// Kept is how long deliveries and messages that are done are remembered, so that
// a late copy is still recognised.
const Kept = 30 * 24 * time.Hour

// tidy forgets what is long done.
func (b *Bot) tidy(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := b.store.Prune(ctx, time.Now().Add(-Kept)); err != nil && ctx.Err() == nil {
			b.log.WithError(err).Warn("cannot forget old deliveries and messages")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
