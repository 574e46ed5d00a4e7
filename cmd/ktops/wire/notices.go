package wire

import (
	"context"
	"errors"
	"time"

	"github.com/sirupsen/logrus"
	"golang.org/x/sync/errgroup"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/journal"
)

// Notices are the parts that tell people what happens in windows.
type Notices struct {
	Outbox  *notify.Outbox
	Status  *notify.StatusPage
	watcher *notify.Watcher
	poster  notify.Poster
}

// NoticesOptions are what Notices are made of.
type NoticesOptions struct {
	Journal  *journal.Journal
	Operator *ops.Operator
	Poster   notify.Poster // nil where Slack is not connected
	Metrics  *notify.Metrics
	Log      *logrus.Entry
}

// OpenNotices makes the parts that tell people, in the journal's database. Nothing is
// sent before Run.
func OpenNotices(ctx context.Context, c *config.Config, o NoticesOptions) (*Notices, error) {
	n := &Notices{poster: o.Poster}
	if n.poster == nil {
		n.poster = noSlack{}
	}
	outbox, err := OpenOutbox(ctx, o.Journal, c, notify.Options{Metrics: o.Metrics, Log: o.Log}, n.poster)
	if err != nil {
		return nil, err
	}
	n.Outbox = outbox
	n.watcher = notify.NewWatcher(notify.WatcherOptions{Runs: o.Operator, Outbox: outbox, Places: Places(c), Log: o.Log})
	if n.Status, err = notify.NewStatusPage(o.Operator, o.Log); err != nil {
		return nil, err
	}
	n.Status.Configure(c.Status.Public, Places(c))
	return n, nil
}

// OpenOutbox is the outbox of a configuration, in the journal's database.
func OpenOutbox(ctx context.Context, j *journal.Journal, c *config.Config, o notify.Options, poster notify.Poster) (*notify.Outbox, error) {
	var err error
	if o.Routes, o.Templates, err = routes(c, poster); err != nil {
		return nil, err
	}
	o.StatusURL = c.Status.URL
	return notify.Open(ctx, j.DB(), o)
}

// Configure takes a new configuration, as a reload does; after an error everything is
// as it was.
func (n *Notices) Configure(c *config.Config) error {
	routes, templates, err := routes(c, n.poster)
	if err != nil {
		return err
	}
	if err := n.Outbox.Configure(routes, templates, c.Status.URL); err != nil {
		return err
	}
	n.watcher.SetPlaces(Places(c))
	n.Status.Configure(c.Status.Public, Places(c))
	return nil
}

// Run watches and sends until ctx ends.
func (n *Notices) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.Outbox.Run(ctx) })
	g.Go(func() error { return n.watcher.Run(ctx) })
	return g.Wait()
}

// Places are what notices need to know of the environments.
func Places(c *config.Config) map[string]notify.Place {
	places := map[string]notify.Place{}
	for _, e := range c.Environments {
		place := notify.Place{Zone: e.Zone, Leads: map[string][]time.Duration{}}
		for _, w := range e.Windows {
			for _, lead := range w.Notices {
				place.Leads[w.Name] = append(place.Leads[w.Name], lead.Std())
			}
		}
		places[e.Name] = place
	}
	return places
}

// noSlack stands where no bot is: a reload cannot connect one.
type noSlack struct{}

var errNoSlack = errors.New("ktops is not connected to Slack; a new section slack takes effect with the next start")

func (noSlack) Announce(context.Context, string, string, string) error { return errNoSlack }
