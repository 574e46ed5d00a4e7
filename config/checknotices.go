package config

import (
	"fmt"
	"net"
	"slices"

	"github.com/keeptrusts/ktops/notify"
)

func (d *decoder) checkNotices(c *Config) {
	n, environments := c.Notices, c.Environments
	for i, channel := range n.Channels {
		id := fmt.Sprintf("notices.channels[%d]", i)
		if slices.ContainsFunc(n.Channels[:i], func(before NoticeChannel) bool { return before.Name == channel.Name }) {
			d.key(id+".name", "is given twice", "give each channel a name of its own")
		}
		d.checkWay(id, channel)
		if channel.Slack != "" && c.Slack == nil {
			d.key(id+".slack", "needs the Slack workspace", "add the section slack")
		}
		if channel.Email != nil && n.SMTP == nil {
			d.key(id+".email", "needs a server that takes e-mail", "add notices.smtp")
		}
		for j, name := range channel.Environments {
			if _, ok := environments.Get(name); !ok {
				d.key(fmt.Sprintf("%s.environments[%d]", id, j), fmt.Sprintf("names %s, which is not among the environments", name),
					didYouMean(nearest(name, environments.Names())))
			}
		}
	}
	if n.SMTP != nil {
		d.checkSMTP("notices.smtp", *n.SMTP)
	}
	for i, t := range n.Templates {
		if !slices.Contains(notify.Kinds(), notify.Kind(t.Name)) {
			continue // which is told already
		}
		id := fmt.Sprintf("notices.templates[%d]", i)
		d.checkWords(id+".subject", t.Name, notify.Template{Subject: t.Subject})
		d.checkWords(id+".body", t.Name, notify.Template{Body: t.Body})
	}
}

// checkWords tries own words with sample data, as they would fail when they are needed.
func (d *decoder) checkWords(id, kind string, t notify.Template) {
	if err := t.Check(notify.Kind(kind)); err != nil {
		d.key(id, "does not fit: "+err.Error(), "see docs/notices.md for what a template can tell")
	}
}

// checkWay wants a channel to have one way to its readers.
func (d *decoder) checkWay(id string, c NoticeChannel) {
	var ways []string
	if c.Slack != "" {
		ways = append(ways, "slack")
	}
	if c.Email != nil {
		ways = append(ways, "email")
	}
	if c.Webhook != nil {
		ways = append(ways, "webhook")
	}
	switch len(ways) {
	case 0:
		if !d.has(id + ".slack") {
			d.key(id, "has no way to its readers", "add slack, email or webhook")
		}
	case 1:
	default:
		d.key(id+"."+ways[1], fmt.Sprintf("and %s are both given", ways[0]), "give each a channel of its own")
	}
	if c.Webhook != nil {
		if secret := c.Webhook.Secret.Reveal(); secret != "" && len(secret) < shortestSecret {
			d.key(id+".webhook.secret", fmt.Sprintf("refers to a secret that is shorter than %d characters", shortestSecret), "make one: openssl rand -hex 24")
		}
	}
}

func (d *decoder) checkSMTP(id string, s SMTP) {
	switch {
	case s.Username == "" && !s.Password.IsZero():
		d.key(id+".password", "is given without a username", "add it, or remove the password")
	case s.Username != "" && s.Password.IsZero():
		d.key(id+".username", "is given without a password", "add it, or remove the username")
	case s.Username != "" && (s.TLS == "none" || s.TLS == "opportunistic") && !isThisMachine(s.Host):
		d.key(id+".tls", "may send the password for everybody to read", "use starttls or implicit")
	}
}

func isThisMachine(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || (address != nil && address.IsLoopback())
}
