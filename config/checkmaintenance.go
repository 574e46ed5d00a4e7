package config

import (
	"fmt"
	"slices"
	"strings"
)

// shortestSecret keeps a secret that strangers may try from being guessed.
const shortestSecret = 16

func (d *decoder) checkMaintenance(id string, m Maintenance) {
	commands := []struct {
		name string
		argv []string
	}{{"test", m.Test}, {"reload", m.Reload}, {"workers", m.Workers}}
	for _, c := range commands {
		if len(c.argv) > 0 && m.Container != "" {
			d.key(id+"."+c.name, "and container are both given", "keep container, which sets it, or all three commands")
		}
		if len(c.argv) > 0 && len(m.Agent) > 0 {
			d.key(id+"."+c.name, "and agent are both given", "give it to the agent: ktops edge agent --"+c.name)
		}
	}
	if m.Container != "" && len(m.Agent) > 0 {
		d.key(id+".container", "and agent are both given", "give the commands to the agent")
	}
	if m.Inside == "" && m.Directory != "" && !isEdgeFolder(m.Directory) {
		d.key(id+".directory", "cannot be written in nginx's configuration", "use letters, digits, dots, underscores and hyphens")
	}
	for i, path := range m.OpenPaths {
		if path == "/" {
			d.key(fmt.Sprintf("%s.open_paths[%d]", id, i), "leaves everything open", "name the paths below it that shall stay open")
		}
	}
	if secret := m.Bypass.Reveal(); secret != "" && (len(secret) < shortestSecret || !isBypass(secret)) {
		d.key(id+".bypass", fmt.Sprintf("refers to a secret that is too short or has other signs than letters, digits, hyphens and underscores; it needs %d", shortestSecret),
			"make one: openssl rand -hex 24")
	}
}

// checkProbed finds routes that the closed edge lets through: the services behind are
// stopped then, and the probe would report the maintenance as failures.
func (d *decoder) checkProbed(id string, routes []Route, open []string) {
	for i, r := range routes {
		path, _, _ := strings.Cut(r.Path, "?")
		if slices.ContainsFunc(open, func(p string) bool {
			return p != "/" && (path == p || strings.HasSuffix(p, "/") && strings.HasPrefix(path, p))
		}) {
			d.key(fmt.Sprintf("%s[%d].path", id, i), "is one of edge.maintenance.open_paths: the probe would report the maintenance as failures", "probe another path")
		}
	}
}

func isEdgeFolder(path string) bool { return checks()["edgefolder"](path) }

// isBypass refuses what would have to be quoted in nginx's configuration.
func isBypass(secret string) bool {
	for _, r := range secret {
		letter := (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z')
		if !letter && (r < '0' || r > '9') && r != '-' && r != '_' {
			return false
		}
	}
	return true
}
