// Package config is ktops.yaml: its types, its strict loading and what can be
// said about it to people and editors.
//
// Load reports everything that is wrong at once, each error with file, line,
// column and a caret, before anything starts. Secrets are references (env:NAME
// or file:PATH) that no formatting, logging or encoding turns into their value.
package config

// Config is a whole ktops.yaml.
type Config struct {
	// SQLite file that records every run. Its folder is created when missing.
	Journal string `yaml:"journal" default:"/var/lib/ktops/ktops.db" validate:"abspath"`
	// Unix socket on which the commands of this machine reach the daemon.
	Socket string `yaml:"socket" default:"/run/ktops/ktops.sock" validate:"abspath"`
	// Address that serves /healthz, /readyz, /metrics, the status page and, in mode
	// http, Slack's requests.
	Listen string `yaml:"listen" default:"127.0.0.1:8484" validate:"listen"`
	// What the daemon writes to standard error.
	Log Log `yaml:"log"`
	// The Slack workspace. Without this section only the command line is served.
	Slack *Slack `yaml:"slack"`
	// Which versions exist, and which of them work together.
	Releases Releases `yaml:"releases"`
	// Who is told of windows and their runs beside the cards in Slack, and how.
	Notices Notices `yaml:"notices"`
	// The page that tells everybody how the environments are.
	Status Status `yaml:"status"`
	// The Keeptrusts installations by name, such as production. The first is the
	// default of every command.
	Environments Environments `yaml:"environments" validate:"required,min=1,dive"`

	// Warnings are doubtful things that do not keep ktops from starting.
	Warnings Errors `yaml:"-" validate:"-"`
}

// Log is how much is logged, and how.
type Log struct {
	// Least severe level that is written.
	Level string `yaml:"level" default:"info" validate:"oneof=debug info warning error"`
	// Lines of key=value, or JSON objects.
	Format string `yaml:"format" default:"text" validate:"oneof=text json"`
}

// Environments are the installations, in the order of the file.
type Environments []Environment

// Get is the environment of that name.
func (es Environments) Get(name string) (Environment, bool) {
	for _, e := range es {
		if e.Name == name {
			return e, true
		}
	}
	return Environment{}, false
}

// Names are the names in the order of the file; the first is the default.
func (es Environments) Names() []string {
	names := make([]string, len(es))
	for i, e := range es {
		names[i] = e.Name
	}
	return names
}
