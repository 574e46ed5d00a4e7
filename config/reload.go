package config

import (
	"fmt"
	"sync"
)

// Reloader holds the configuration in use and replaces it by a newer one only
// when that is valid. It may be used from several goroutines.
type Reloader struct {
	path   string
	lookup LookupEnv

	mu      sync.RWMutex
	current *Config
}

// NewReloader loads the file for the first time.
func NewReloader(path string, lookup LookupEnv) (*Reloader, error) {
	c, err := Load(path, lookup)
	if err != nil {
		return nil, err
	}
	return &Reloader{path: path, lookup: lookup, current: c}, nil
}

// Current is the configuration in use. It is not to be changed.
func (r *Reloader) Current() *Config {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.current
}

// Reload reads the file anew. On an error the old configuration stays in use.
func (r *Reloader) Reload() (*Config, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := Load(r.path, r.lookup)
	if err != nil {
		return nil, fmt.Errorf("the configuration in use is kept, because the new one is not valid:\n%w", err)
	}
	r.current = c
	return c, nil
}

// NeedsRestart names the keys that differ and that a running daemon cannot take.
func NeedsRestart(old, changed *Config) []string {
	var keys []string
	for _, k := range []struct{ key, old, new string }{
		{"journal", old.Journal, changed.Journal},
		{"socket", old.Socket, changed.Socket},
		{"listen", old.Listen, changed.Listen},
		{"slack", slackIdentity(old.Slack), slackIdentity(changed.Slack)},
	} {
		if k.old != k.new {
			keys = append(keys, k.key)
		}
	}
	return keys
}

// slackIdentity is everything that a connection to Slack is made of, values of
// secrets included. It is compared and never shown.
func slackIdentity(s *Slack) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("%q %q %q %q %q %q", s.Mode, s.BotToken.Reveal(), s.AppToken.Reveal(),
		s.SigningSecret.Reveal(), s.Command, s.APIURL)
}
