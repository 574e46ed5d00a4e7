package config

// Slack is the workspace and the app that ktops is in it.
type Slack struct {
	// How Slack reaches ktops: socket needs no public address; http receives
	// signed requests on listen.
	Mode string `yaml:"mode" default:"socket" validate:"oneof=socket http"`
	// Bot token (xoxb-…) of the installed app.
	BotToken Secret `yaml:"bot_token" validate:"required"`
	// App-level token (xapp-…) with connections:write; needed in mode socket.
	AppToken Secret `yaml:"app_token"`
	// Signing secret of the app; needed in mode http.
	SigningSecret Secret `yaml:"signing_secret"`
	// Slash command as the app manifest names it.
	Command string `yaml:"command" default:"/keeptrusts" validate:"startswith=/,min=2,max=32"`
	// Address of the Web API; another one only for a stand-in workspace.
	APIURL string `yaml:"api_url" default:"https://slack.com/api/" validate:"http_url"`
}

// EnvironmentSlack is where an environment's cards and notices appear.
type EnvironmentSlack struct {
	// ID of the channel: in Slack, open the channel's details and scroll to the end.
	Channel string `yaml:"channel" validate:"required,channel"`
}
