package slackemu

import (
	"net/http"
	"slices"
	"strings"
)

// User is a person of the workspace.
type User struct {
	ID       string // as Slack writes it in <@U…>
	Name     string // what others type after the @
	RealName string
	Title    string // shown on the page: requester, approver
	TimeZone string // IANA name, answered by users.info
}

// Group is a user group, named by others as @handle.
type Group struct {
	ID      string
	Handle  string
	Name    string
	Members []string // user IDs
}

// Channel is a public channel. Without the bot in it, chat.postMessage answers not_in_channel
// unless the app was granted chat:write.public.
type Channel struct {
	ID         string
	Name       string // without the #
	Topic      string
	WithoutBot bool
}

// RequestURLs are where the app takes deliveries while no Socket Mode connection is open.
type RequestURLs struct {
	Commands      string
	Interactivity string
	Events        string
}

// Doer sends the workspace's signed POSTs; *http.Client is one.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Options describe a workspace. The zero value is a usable one: see its defaults.
type Options struct {
	Addr          string      // where Start listens; default 127.0.0.1:0
	PublicURL     string      // prefix of response and Socket Mode URLs when New's handler is served elsewhere
	Team          string      // name of the workspace; default Keeptrusts
	AppName       string      // default ktops
	BotToken      string      // default xoxb-emulated
	AppToken      string      // default xapp-emulated
	SigningSecret string      // default a fixed word, it guards nothing real
	Scopes        []string    // what the bot token was granted; default LeastScopes
	UsageHint     string      // what the page shows behind a command that is being typed
	Commands      []string    // slash commands the app owns; default /keeptrusts
	URLs          RequestURLs // used while no Socket Mode connection is open
	Users         []User
	Groups        []Group
	Channels      []Channel
	Client        Doer    // how deliveries are sent; default an http.Client of its own
	RateFactor    float64 // multiplies every rate limit; default 1, a demo may say 100
}

// LeastScopes are the bot scopes that the manifests in deploy/slack ask for.
func LeastScopes() []string {
	return []string{
		"commands", "chat:write", "channels:history", "groups:history", "users:read", "usergroups:read",
	}
}

// DefaultUsers are a requester, two approvers and somebody who may do nothing.
func DefaultUsers() []User {
	return []User{
		{ID: "U0ALICE", Name: "alice", RealName: "Alice Romero", Title: "Platform engineer", TimeZone: "Europe/Madrid"},
		{ID: "U0BOB", Name: "bob", RealName: "Bob Tanaka", Title: "Approver", TimeZone: "Asia/Tokyo"},
		{ID: "U0CAROL", Name: "carol", RealName: "Carol Weiss", Title: "Approver", TimeZone: "Europe/Berlin"},
		{ID: "U0MALLORY", Name: "mallory", RealName: "Mallory Finch", Title: "Marketing", TimeZone: "America/New_York"},
	}
}

// DefaultGroups are the approvers of the default users.
func DefaultGroups() []Group {
	return []Group{{
		ID: "S0APPROVERS", Handle: "platform-approvers", Name: "Platform approvers",
		Members: []string{"U0BOB", "U0CAROL"},
	}}
}

// DefaultChannels are one for each environment.
func DefaultChannels() []Channel {
	return []Channel{
		{ID: "C0PROD", Name: "platform-prod", Topic: "Production of the Keeptrusts platform"},
		{ID: "C0STAGING", Name: "platform-staging", Topic: "Staging: try it here first"},
	}
}

func (o Options) withDefaults() Options {
	setDefault(&o.Addr, "127.0.0.1:0")
	setDefault(&o.Team, "Keeptrusts")
	setDefault(&o.AppName, "ktops")
	setDefault(&o.BotToken, "xoxb-emulated")
	setDefault(&o.AppToken, "xapp-emulated")
	setDefault(&o.SigningSecret, "emulated-signing-secret")
	if o.Scopes == nil {
		o.Scopes = LeastScopes()
	}
	if o.Commands == nil {
		o.Commands = []string{"/keeptrusts"}
	}
	if o.Users == nil {
		o.Users = DefaultUsers()
	}
	if o.Groups == nil {
		o.Groups = DefaultGroups()
	}
	if o.Channels == nil {
		o.Channels = DefaultChannels()
	}
	if o.RateFactor == 0 {
		o.RateFactor = 1
	}
	return o
}

func setDefault(s *string, value string) {
	if *s == "" {
		*s = value
	}
}

func (o Options) granted(scope string) bool {
	return scope == "" || slices.Contains(o.Scopes, scope)
}

// user finds a person by ID or name, with or without the @.
func (o Options) user(ref string) (User, bool) {
	name := strings.TrimPrefix(ref, "@")
	i := slices.IndexFunc(o.Users, func(u User) bool { return u.ID == ref || u.Name == name })
	if i < 0 {
		return User{}, false
	}
	return o.Users[i], true
}

// channel finds a channel by ID or name, with or without the #.
func (o Options) channel(ref string) (Channel, bool) {
	name := strings.TrimPrefix(ref, "#")
	i := slices.IndexFunc(o.Channels, func(c Channel) bool { return c.ID == ref || c.Name == name })
	if i < 0 {
		return Channel{}, false
	}
	return o.Channels[i], true
}
