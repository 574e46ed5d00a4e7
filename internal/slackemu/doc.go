// Package slackemu is a Slack workspace in one process: Web API, Socket Mode, signed HTTP
// deliveries, response URLs, modals, and a web page that looks like a channel.
//
// It exists so that the bot is tested against what Slack does rather than against what we
// hope: it enforces Slack's documented limits, scopes, rate limits and time-outs, each constant
// citing its page, and its faults (429, 500, hang, a connection cut after the change was made)
// are switched on by a test. People act through Type, Click and Submit, or through the page.
//
//	person ── Type, Click, Submit ──▶ Workspace ── envelope or signed POST ──▶ app
//	page   ◀────── server events ───┘     ▲ ╰─────────── ack in 3 s ◀──────────┤
//	                                      ╰── chat.*, views.* (Web API) ◀──────╯
package slackemu
