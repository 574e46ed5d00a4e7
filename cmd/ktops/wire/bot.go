package wire

import (
	"context"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/bot"
	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
)

// NewBot is the bot of a configuration that has Slack.
func NewBot(c *config.Config, service bot.Service, windows bot.Windows, store bot.Store, metrics *bot.Metrics, log *logrus.Entry) *bot.Bot {
	s := c.Slack
	options := bot.Options{
		BotToken: s.BotToken.Reveal(), APIURL: s.APIURL, Command: s.Command,
		Environments: BotEnvironments(c), Service: service, Windows: windows, Store: store, Metrics: metrics, Log: log,
	}
	if s.Mode == "socket" {
		options.AppToken = s.AppToken.Reveal()
	} else {
		options.SigningSecret = s.SigningSecret.Reveal()
	}
	if list := releasesOf(c.Releases); list != nil {
		options.Releases = func(ctx context.Context, _ string) ([]ops.Version, error) { return list(ctx) }
	}
	return bot.New(options)
}

// BotEnvironments are what the bot knows of the environments.
func BotEnvironments(c *config.Config) []bot.Environment {
	environments := make([]bot.Environment, 0, len(c.Environments))
	for _, e := range c.Environments {
		known := bot.Environment{Name: e.Name, Zone: e.Zone, Policy: e.Policy.Ops()}
		if e.Slack != nil {
			known.Channel = e.Slack.Channel
		}
		environments = append(environments, known)
	}
	return environments
}
