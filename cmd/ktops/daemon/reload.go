package daemon

import (
	"context"
	"fmt"
	"reflect"

	"github.com/keeptrusts/ktops/cmd/ktops/wire"
	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/ops"
)

// hangups takes a new configuration at each SIGHUP.
func (d *Daemon) hangups(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-d.options.Hangups:
			_, _ = d.reload(ctx) // it logs what came of it, and nobody else waits
		}
	}
}

// reload puts a new configuration in force. One that is not valid changes
// nothing. Runs under way keep what they began with.
func (d *Daemon) reload(context.Context) (control.Reloaded, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, err := d.options.Config.Reload()
	if err != nil {
		d.log.WithError(err).Error("the new configuration was not taken")
		return control.Reloaded{}, err
	}
	plan, err := wire.Schedule(c)
	var environments []ops.Environment
	if err == nil {
		environments, err = d.wiring.Environments(c, d.windows)
	}
	if err == nil {
		err = d.notices.Configure(c)
	}
	if err != nil {
		d.log.WithError(err).Error("the new configuration was not taken")
		return control.Reloaded{}, fmt.Errorf("the configuration in use is kept: %w", err)
	}
	told := control.Reloaded{Changed: changes(d.current, c), NeedsRestart: config.NeedsRestart(d.current, c)}
	for _, w := range c.Warnings {
		told.Warnings = append(told.Warnings, w.Error())
	}
	d.mask(d.current, c)
	wire.SetLevel(d.logger, c.Log)
	d.operator.SetEnvironments(environments)
	d.windows.SetPlan(plan)
	d.metrics.begin(d.operator.Environments())
	if d.bot != nil {
		d.bot.SetEnvironments(wire.BotEnvironments(c))
	}
	d.current = inForce(d.current, c)
	d.log.WithField("changed", told.Changed).WithField("needs_restart", told.NeedsRestart).Info("a new configuration is in force")
	return told, nil
}

// mask keeps the secrets of both configurations out of the logs.
func (d *Daemon) mask(old, changed *config.Config) {
	secrets := append(wire.Secrets(old), wire.Secrets(changed)...)
	d.logger.SetFormatter(wire.Formatter(changed.Log, secrets))
}

// inForce is the new configuration with what only a restart changes as it was, so
// that a later reload still tells of it.
func inForce(old, changed *config.Config) *config.Config {
	c := *changed
	c.Journal, c.Socket, c.Listen, c.Slack = old.Journal, old.Socket, old.Listen, old.Slack
	return &c
}

// changes names what differs and can be taken while ktops runs.
func changes(old, changed *config.Config) []string {
	var names []string
	if old.Log != changed.Log {
		names = append(names, "log")
	}
	if !reflect.DeepEqual(old.Releases, changed.Releases) {
		names = append(names, "releases")
	}
	if !reflect.DeepEqual(old.Notices, changed.Notices) {
		names = append(names, "notices")
	}
	if old.Status != changed.Status {
		names = append(names, "status")
	}
	for _, e := range changed.Environments {
		before, there := old.Environments.Get(e.Name)
		switch {
		case !there:
			names = append(names, "environment "+e.Name+" (new)")
		case !reflect.DeepEqual(before, e):
			names = append(names, "environment "+e.Name)
		}
	}
	for _, e := range old.Environments {
		if _, there := changed.Environments.Get(e.Name); !there {
			names = append(names, "environment "+e.Name+" (gone)")
		}
	}
	return names
}
