package config

// Edge is the nginx in front of the platform, as users reach it.
type Edge struct {
	// Address that users have.
	URL string `yaml:"url" validate:"required,http_url" example:"https://keeptrusts.example.com"`
	// Requests that the probe sends in turn, at least one a component.
	Routes []Route `yaml:"routes" validate:"required,min=1,dive"`
	// How ktops closes it. Without this section nothing can be upgraded in a window.
	Maintenance *Maintenance `yaml:"maintenance"`
}

// Route is one request that the probe sends.
type Route struct {
	// Name in the report.
	Name string `yaml:"name" validate:"required"`
	// Path below the edge's address.
	Path string `yaml:"path" validate:"required,startswith=/"`
	// HTTP method.
	Method string `yaml:"method" default:"GET" validate:"oneof=GET HEAD POST"`
	// Body of a POST, sent as JSON.
	Body string `yaml:"body"`
	// Bearer token sent with it.
	Token Secret `yaml:"token"`
	// Status that counts as answered.
	Status int `yaml:"status" default:"200" validate:"min=100,max=599"`
	// Whether the answer streams and is the one that is kept open by probe.streams.
	Stream bool `yaml:"stream"`
}
