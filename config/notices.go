package config

// Notices tell people beside the cards in Slack what happens in windows.
type Notices struct {
	// Where notices go.
	Channels []NoticeChannel `yaml:"channels" validate:"dive"`
	// Server that takes e-mail; needed by channels with email.
	SMTP *SMTP `yaml:"smtp"`
	// Own words by kind of notice, in Go's text/template; the others keep theirs.
	Templates Templates `yaml:"templates" validate:"dive"`
}

// NoticeChannel is one place that notices go to, in one way.
type NoticeChannel struct {
	// Name in logs, metrics and commands.
	Name string `yaml:"name" validate:"required,label"`
	// Who reads it, which decides what is sent: users hear of downtime, operators of
	// everything, leaders of results and trouble.
	Audience string `yaml:"audience" validate:"required,oneof=users operators leaders"`
	// Environments that it hears of; by default all.
	Environments []string `yaml:"environments" validate:"dive,required"`
	// ID of a Slack channel.
	Slack string `yaml:"slack" validate:"omitempty,channel" example:"C0123456789"`
	// E-mail.
	Email *Email `yaml:"email"`
	// An address that takes JSON.
	Webhook *Webhook `yaml:"webhook"`
}

// Email is who gets an e-mail.
type Email struct {
	// Addresses.
	To []string `yaml:"to" validate:"required,min=1,dive,mailbox" example:"users@example.com"`
}

// Webhook is an address that notices are posted to as JSON.
type Webhook struct {
	// Address.
	URL string `yaml:"url" validate:"required,http_url" example:"https://hooks.example.com/ktops"`
	// Secret that signs each notice (HMAC-SHA256): at least 16 characters.
	Secret Secret `yaml:"secret" validate:"required"`
}

// SMTP is the server that takes e-mail.
type SMTP struct {
	// Name or address.
	Host string `yaml:"host" validate:"required" example:"mail.example.com"`
	// Port; 587 takes starttls, 465 implicit.
	Port int `yaml:"port" default:"587" validate:"min=1,max=65535"`
	// Encryption: starttls insists on it, opportunistic takes what the server offers.
	TLS string `yaml:"tls" default:"starttls" validate:"oneof=starttls implicit opportunistic none"`
	// User; leave it out where the server asks for none.
	Username string `yaml:"username"`
	// The user's password.
	Password Secret `yaml:"password"`
	// Sender.
	From string `yaml:"from" validate:"required,mailbox" example:"ktops@example.com"`
}

// Template is the words of one kind of notice.
type Template struct {
	// Name is the kind: the key under templates.
	Name string `yaml:"-" validate:"oneof=upcoming cancelled opened overrun reopened rolled-back failed held missed asks-again maintenance-ending alarm occurrence-failed"`
	// One line; by default the built-in one.
	Subject string `yaml:"subject"`
	// Plain text; by default the built-in one.
	Body string `yaml:"body"`
}

// Templates are by kind of notice.
type Templates []Template
