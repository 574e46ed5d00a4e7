package config

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// crossCheck looks at what no value shows by itself.
func (d *decoder) crossCheck(c *Config) {
	if c.Socket != "" && c.Socket == c.Journal {
		d.key("socket", "is the same file as journal", "give each its own")
	}
	if c.Releases.File != "" && c.Releases.Registry != "" {
		d.key("releases.registry", "and releases.file are both given", "keep the one that knows the versions")
	}
	if b := c.Releases.Bundle; b != "" && !strings.Contains(b, "{version}") {
		d.key("releases.bundle", "has no {version} in it, where the version goes", "write a path such as /srv/releases/keeptrusts-{version}.tar.zst")
	}
	if c.Slack != nil {
		d.checkSlack(*c.Slack)
	}
	d.checkNotices(c)
	for i, line := range c.Releases.Compatibility {
		if slices.ContainsFunc(c.Releases.Compatibility[:i], func(l Compatibility) bool { return l.API == line.API }) {
			d.key(fmt.Sprintf("releases.compatibility[%d].api", i), "is given twice", "keep one line for it")
		}
	}
	for i, e := range c.Environments {
		if e.Edge != nil {
			d.checkRoutes(fmt.Sprintf("environments[%d].edge.routes", i), e.Edge.Routes)
		}
		if m := e.maintenance(); m != nil {
			d.checkMaintenance(fmt.Sprintf("environments[%d].edge.maintenance", i), *m)
			d.checkProbed(fmt.Sprintf("environments[%d].edge.routes", i), e.Edge.Routes, m.OpenPaths)
		}
		if e.Watch != nil {
			d.checkWatch(fmt.Sprintf("environments[%d].watch", i), *e.Watch)
		}
		d.checkWindows(fmt.Sprintf("environments[%d].windows", i), e)
		d.checkFreezes(fmt.Sprintf("environments[%d].freezes", i), e)
		d.checkPolicy(fmt.Sprintf("environments[%d].policy", i), e, c.Environments)
		d.checkShared(fmt.Sprintf("environments[%d]", i), e, c.Environments[:i])
	}
}

func (d *decoder) checkSlack(s Slack) {
	if s.Mode == "socket" && s.AppToken.IsZero() {
		d.key("slack.app_token", "is missing", "mode socket needs an app-level token (xapp-…)")
	}
	if s.Mode == "http" && s.SigningSecret.IsZero() {
		d.key("slack.signing_secret", "is missing", "mode http needs it to tell Slack's requests from others")
	}
	if strings.HasPrefix(s.BotToken.Reveal(), "xapp-") {
		d.key("slack.bot_token", "is an app-level token (xapp-…)", "the bot token begins with xoxb-")
	}
	if strings.HasPrefix(s.AppToken.Reveal(), "xoxb-") {
		d.key("slack.app_token", "is a bot token (xoxb-…)", "the app-level token begins with xapp-")
	}
}

func (d *decoder) checkPolicy(id string, e Environment, all Environments) {
	p := e.Policy
	if p.Request != nil && p.Request.empty() {
		d.key(id+".request", "names nobody, so nothing could ever be requested", "remove it to let everybody, or name people")
	}
	approvers := len(p.Approve.Users)
	open := slices.Contains(p.Approve.Users, "*") || len(p.Approve.Groups) > 0
	if p.Approvals > approvers && !open {
		d.key(id+".approve", fmt.Sprintf("names %s, but approvals asks for %d", people(approvers), p.Approvals),
			"name more people or a group, or set approvals lower")
	}
	// The default of two is nobody's mistake where one person approves: break_glass is left.
	if p.RollbackApprovals > max(approvers, 2) && !open {
		d.key(id+".rollback_approvals", fmt.Sprintf("asks for %d, but approve names %s", p.RollbackApprovals, people(approvers)),
			"name more people or a group, or set it lower")
	}
	if p.Soak == nil || p.Soak.In == "" {
		return
	}
	if _, ok := all.Get(p.Soak.In); !ok {
		d.key(id+".soak.in", fmt.Sprintf("names %s, which is not among the environments", p.Soak.In), didYouMean(nearest(p.Soak.In, all.Names())))
	}
	if p.Soak.In == e.Name {
		d.key(id+".soak.in", "names the environment itself", "name the one that runs versions first")
	}
}

func (d *decoder) checkRoutes(id string, routes []Route) {
	for i, r := range routes {
		if slices.ContainsFunc(routes[:i], func(before Route) bool { return before.Name == r.Name }) {
			d.key(fmt.Sprintf("%s[%d].name", id, i), "is given twice", "the report tells routes apart by name")
		}
		if r.Body != "" && r.Method != http.MethodPost {
			d.key(fmt.Sprintf("%s[%d].body", id, i), "is only sent by a POST", "add method: POST")
		}
	}
}

func people(n int) string {
	switch n {
	case 0:
		return "nobody"
	case 1:
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

func (p People) empty() bool { return len(p.Users)+len(p.Groups) == 0 }

// checkShared finds what two environments must not share, because a run in one
// would then change the other unseen.
func (d *decoder) checkShared(id string, e Environment, before Environments) {
	for _, other := range before {
		a, b := e.Platform.Compose, other.Platform.Compose
		if a.Directory == b.Directory && a.Project == b.Project && a.DockerHost == b.DockerHost {
			d.key(id+".platform.compose", "is the same Compose project as that of "+other.Name, "give each environment its own")
		}
		if x, y := e.Database, other.Database; x.Host == y.Host && x.Port == y.Port && x.Name == y.Name {
			d.key(id+".database", "is the same database as that of "+other.Name, "give each environment its own")
		}
		if e.Backup.Directory == other.Backup.Directory {
			d.key(id+".backup.directory", "is also that of "+other.Name, "give each its own, or one would delete the other's backups")
		}
		if m, n := e.maintenance(), other.maintenance(); m != nil && n != nil && m.Directory == n.Directory && slices.Equal(m.Agent, n.Agent) {
			d.key(id+".edge.maintenance.directory", "is also that of "+other.Name, "give each its own, or closing one would close the other")
		}
	}
}
