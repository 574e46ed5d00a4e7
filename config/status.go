package config

// Status is the page that tells whether environments are open, closed, or will be.
type Status struct {
	// Whether /status and /status.json are served on listen, to whoever asks.
	Public bool `yaml:"public"`
	// Address at which people reach the page; notices link to it.
	URL string `yaml:"url" validate:"omitempty,http_url" example:"https://status.example.com/status"`
}
