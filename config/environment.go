package config

// Environment is one Keeptrusts installation.
type Environment struct {
	// Name is the key under environments.
	Name string `yaml:"-" validate:"name"`
	// What runs the containers.
	Platform Platform `yaml:"platform" validate:"required"`
	// The PostgreSQL database of the API.
	Database Database `yaml:"database" validate:"required"`
	// Where backups go and how long they stay.
	Backup Backup `yaml:"backup" validate:"required"`
	// Addresses of the components inside the network, past the edge.
	Endpoints Endpoints `yaml:"endpoints" validate:"required"`
	// The nginx in front. Without it a run cannot be probed as users see it.
	Edge *Edge `yaml:"edge"`
	// Zone of the tz database in which the team reads the clock: that of windows which
	// name none, and of the days of freezes.
	Zone string `yaml:"zone" default:"UTC" validate:"zone" example:"Europe/Berlin"`
	// Recurring times in which ktops may work, by name. They never overlap.
	Windows Windows `yaml:"windows" validate:"dive"`
	// Times in which nothing may be upgraded.
	Freezes []Freeze `yaml:"freezes" validate:"dive"`
	// iCalendar file (.ics) whose events are freezes; it is read again when it changes.
	FreezeCalendar string `yaml:"freeze_calendar" validate:"omitempty,abspath" example:"/etc/ktops/freezes.ics"`
	// What the checks before and after an upgrade need.
	Checks Checks `yaml:"checks"`
	// Requests that are sent through the edge during a run, to measure downtime.
	Probe Probe `yaml:"probe"`
	// How a release is watched once it serves. Without this section it is not.
	Watch *Watch `yaml:"watch"`
	// Who may do what.
	Policy Policy `yaml:"policy" validate:"required"`
	// Where cards and notices of this environment appear.
	Slack *EnvironmentSlack `yaml:"slack"`
}

// maintenance is how the edge is closed; nil where it cannot be.
func (e Environment) maintenance() *Maintenance {
	if e.Edge == nil {
		return nil
	}
	return e.Edge.Maintenance
}

// Endpoints are the addresses at which ktops asks the components themselves.
type Endpoints struct {
	// API server.
	API string `yaml:"api" validate:"required,http_url" example:"http://api.internal:8080"`
	// Gateway.
	Gateway string `yaml:"gateway" validate:"required,http_url" example:"http://gateway.internal:41002"`
	// Console.
	Console string `yaml:"console" validate:"required,http_url" example:"http://console.internal:3000"`
}

// Checks configures the checks before and after an upgrade.
type Checks struct {
	// Bearer token for the API: pending exports are counted with it.
	APIToken Secret `yaml:"api_token"`
	// Gateway key for the smoke request; without it the request is left out and said so.
	GatewayKey Secret `yaml:"gateway_key"`
	// Command that prints the version of the kt command line.
	CLI []string `yaml:"cli" default:"kt,--version" validate:"min=1,dive,required"`
	// Model of the smoke request.
	Model string `yaml:"model" default:"gpt-4o" validate:"required"`
	// Disk space that must stay free beyond what backup and migrations need.
	DiskMargin Size `yaml:"disk_margin" default:"1GB"`
	// A table above this size makes a pending migration take a window (guide:
	// Long-Running Migrations).
	MaxTable Size `yaml:"max_table" default:"10GB"`
}

// Probe is the traffic that measures downtime.
type Probe struct {
	// Requests a second over all routes together; 0 sends none.
	Rate int `yaml:"rate" default:"10" validate:"min=0,max=1000"`
	// Long streamed answers that are kept open the whole time.
	Streams int `yaml:"streams" default:"1" validate:"min=0,max=100"`
}
