// Package bot is ktops in Slack: commands, approvals, and one live card a run.
//
//	Slack ──► http.go, socket.go ──► inbox ──ack──► Slack (target 50 ms)
//	                                   │ durable
//	                                   ▼
//	                    commands.go, actions.go ──► Service (package ops)
//	                                   │                    │ Watch
//	                                   ▼                    ▼
//	Slack ◄──────── outbox.go ◄──── answers           live.go: cards and threads
//
// What Slack delivers is stored before it is acknowledged, and worked off after:
// a crash between loses nothing, and a delivery that comes twice is done once.
// What the bot says goes through the outbox, in order and once, however long
// Slack is away. The journal is the truth; cards are projections of it that are
// made again at every start.
package bot
