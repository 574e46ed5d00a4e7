package wire

import (
	"fmt"
	"os"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/notify/mail"
	"github.com/keeptrusts/ktops/notify/webhook"
)

// routes are where the notices of a configuration go, and in which words.
func routes(c *config.Config, poster notify.Poster) ([]notify.Route, *notify.Templates, error) {
	words := map[notify.Kind]notify.Template{}
	for _, t := range c.Notices.Templates {
		words[notify.Kind(t.Name)] = notify.Template{Subject: t.Subject, Body: t.Body}
	}
	templates, err := notify.ParseTemplates(words)
	if err != nil {
		return nil, nil, fmt.Errorf("templates of notices: %w", err)
	}
	var routes []notify.Route
	for _, channel := range c.Notices.Channels {
		route := notify.Route{Name: channel.Name, Audience: notify.Audience(channel.Audience), Environments: channel.Environments}
		if channel.Email != nil {
			route.Recipients = channel.Email.To
		}
		if route.Channel, err = way(channel, c.Notices.SMTP, poster); err != nil {
			return nil, nil, fmt.Errorf("channel %s of notices: %w", channel.Name, err)
		}
		routes = append(routes, route)
	}
	return routes, templates, nil
}

// way is how a channel reaches its readers; the configuration gives it exactly one.
func way(c config.NoticeChannel, s *config.SMTP, poster notify.Poster) (notify.Channel, error) {
	switch {
	case c.Email != nil:
		name, err := os.Hostname()
		if err != nil {
			name = "localhost" // what a server is told who has no name
		}
		return mail.New(mail.Server{Host: s.Host, Port: s.Port, Security: mail.Security(s.TLS), Username: s.Username,
			Password: s.Password.Reveal(), From: s.From}, name)
	case c.Webhook != nil:
		return webhook.New(webhook.Endpoint{URL: c.Webhook.URL, Secret: c.Webhook.Secret.Reveal()})
	}
	return notify.SlackChannel{Poster: poster, ID: c.Slack}, nil
}
