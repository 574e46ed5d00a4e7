package cli

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/goccy/go-yaml"
)

// defaultSocket is where the daemon listens when the configuration does not say.
const defaultSocket = "/run/ktops/ktops.sock"

// configFile is the configuration that counts: --config, $KTOPS_CONFIG,
// /etc/ktops/ktops.yaml, or ktops.yaml in this folder.
func (inv *invocation) configFile() string {
	if inv.config != "" {
		return inv.config
	}
	if file, ok := inv.LookupEnv("KTOPS_CONFIG"); ok && file != "" {
		return file
	}
	const system, here = "/etc/ktops/ktops.yaml", "ktops.yaml"
	if _, err := os.Stat(system); err == nil {
		return system
	}
	if _, err := os.Stat(here); err == nil {
		return here
	}
	return system
}

// glance is what a command needs of the configuration to find the daemon.
type glance struct {
	Socket       string        `yaml:"socket"`
	Releases     glancedList   `yaml:"releases"`
	Environments yaml.MapSlice `yaml:"environments"`
	Notices      struct {
		Channels []struct {
			Name string `yaml:"name"`
		} `yaml:"channels"`
	} `yaml:"notices"`
}

type glancedList struct {
	File string `yaml:"file"`
}

// glanceAt reads the little that a client needs, without secrets and without
// judging: who uses the daemon need not be able to read its secrets, and a file
// with a mistake must not keep anybody from the daemon that still runs.
func glanceAt(file string) glance {
	g := glance{Socket: defaultSocket}
	text, err := os.ReadFile(file)
	if err != nil {
		return g
	}
	if err := yaml.Unmarshal(text, &g); err != nil || g.Socket == "" {
		g.Socket = defaultSocket
	}
	return g
}

// windows are the names of an environment's windows, of the first when it is empty.
func (g glance) windows(environment string) []string {
	for _, item := range g.Environments {
		if environment != "" && environment != fmt.Sprint(item.Key) {
			continue
		}
		settings, _ := item.Value.(map[string]any) // anything else has no windows
		windows, _ := settings["windows"].(map[string]any)
		return slices.Sorted(maps.Keys(windows))
	}
	return nil
}
