package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"golang.org/x/sync/errgroup"

	"github.com/keeptrusts/ktops/bot"
	"github.com/keeptrusts/ktops/bot/store"
	"github.com/keeptrusts/ktops/cmd/ktops/wire"
	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/journal"
	"github.com/keeptrusts/ktops/scheduler"
)

// Options are what a daemon starts from.
type Options struct {
	Config  *config.Reloader
	Version string
	Logs    io.Writer
	// Hangups has one for each SIGHUP: take the new configuration.
	Hangups <-chan os.Signal
	// Started is called with the web address when everything listens; may be nil.
	Started func(web net.Addr)
}

// Daemon is everything that ktops serve runs.
type Daemon struct {
	options  Options
	logger   *logrus.Logger
	log      *logrus.Entry
	wiring   *wire.Wiring
	journal  *journal.Journal
	windows  *scheduler.Scheduler
	operator *ops.Operator
	bot      *bot.Bot // nil without Slack
	notices  *wire.Notices
	metrics  *metrics

	mu      sync.Mutex
	current *config.Config // what is in force
}

// Run serves until ctx ends. It returns an error only when it could not start or
// a part of it broke for good.
func Run(ctx context.Context, o Options) error {
	c := o.Config.Current()
	logger := wire.NewLog(c.Log, o.Logs, wire.Secrets(c))
	d := &Daemon{options: o, logger: logger, log: logrus.NewEntry(logger), current: c}
	for _, w := range c.Warnings {
		d.log.Warn(w.Error())
	}
	socket, err := control.Listen(ctx, c.Socket)
	if err != nil {
		return err
	}
	defer d.closing("the socket", socket)
	web, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen for health and metrics: %w; change listen in ktops.yaml if the address is taken", err)
	}
	defer d.closing("the web address", web)
	if err := d.open(ctx, c); err != nil {
		return err
	}
	defer d.closing("the journal", d.journal)
	defer d.closing("the platforms", d.wiring)
	return d.serve(ctx, socket, web)
}

// closing closes a part at the end; that it failed can only be logged.
func (d *Daemon) closing(what string, part io.Closer) {
	if err := part.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		d.log.WithError(err).Warn("cannot close " + what)
	}
}

// open makes the parts. Nothing but the journal is connected.
func (d *Daemon) open(ctx context.Context, c *config.Config) error {
	d.wiring = wire.New(d.log)
	var err error
	if d.journal, err = journal.Open(ctx, c.Journal); err != nil {
		return err
	}
	if err := d.make(ctx, c); err != nil {
		return errors.Join(err, d.journal.Close())
	}
	return nil
}

// make makes what lives on the journal.
func (d *Daemon) make(ctx context.Context, c *config.Config) (err error) {
	if d.windows, err = wire.OpenScheduler(ctx, d.journal, c, d.log); err != nil {
		return err
	}
	environments, err := d.wiring.Environments(c, d.windows)
	if err != nil {
		return err
	}
	d.operator = ops.NewOperator(ops.OperatorOptions{
		Journal: crashing(d.journal), Leases: d.journal, Environments: environments, Log: d.log,
	})
	d.windows.SetOperator(d.operator)
	d.metrics = newMetrics(d.options.Version, time.Now())
	d.metrics.begin(d.operator.Environments())
	notices := wire.NoticesOptions{Journal: d.journal, Operator: d.operator, Metrics: d.metrics.notices, Log: d.log}
	if c.Slack != nil {
		messages, err := store.Open(ctx, d.journal.DB())
		if err != nil {
			return err
		}
		d.bot = wire.NewBot(c, d.operator, d.windows, messages, d.metrics.slack, d.log)
		d.operator.SetGroups(d.bot.Groups())
		notices.Poster = d.bot
	}
	if d.notices, err = wire.OpenNotices(ctx, c, notices); err != nil {
		return err
	}
	d.windows.SetAnnouncer(notify.Announcer{Outbox: d.notices.Outbox})
	return nil
}

// serve runs every part until ctx ends or one breaks.
func (d *Daemon) serve(ctx context.Context, socket, web net.Listener) error {
	server := control.NewServer(control.ServerOptions{
		Service: control.Join(d.operator, d.windows, wire.Clocks{Current: d.options.Config.Current}, control.Telling(d.notices.Outbox)), Version: d.options.Version, Reload: d.reload, Log: d.log,
	})
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.operator.Serve(ctx) })
	g.Go(func() error { return d.windows.Run(ctx) })
	g.Go(func() error { return d.notices.Run(ctx) })
	g.Go(func() error { return server.Serve(ctx, socket) })
	g.Go(func() error { return d.serveWeb(ctx, web) })
	g.Go(func() error { return d.metrics.watch(ctx, d.operator) })
	g.Go(func() error { return d.metrics.lookAtBackups(ctx, d.operator, d.log) })
	g.Go(func() error { return d.hangups(ctx) })
	g.Go(func() error { return trim(ctx, d.log) })
	if d.bot != nil {
		g.Go(func() error { return d.bot.Run(ctx) })
	}
	d.log.WithFields(logrus.Fields{
		"version": d.options.Version, "environments": d.operator.Environments(), "socket": d.current.Socket, "listen": web.Addr(),
	}).Info("ktops serves")
	if d.options.Started != nil {
		d.options.Started(web.Addr())
	}
	err := g.Wait()
	if errors.Is(err, context.Canceled) {
		d.log.Info("ktops has stopped; a run under way goes on with the next start")
		return nil
	}
	return err
}
