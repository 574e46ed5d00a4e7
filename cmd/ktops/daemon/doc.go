// Package daemon is ktops serve: the operator that executes runs, the scheduler
// that opens maintenance windows, the notices that tell of them, the bot in Slack,
// the local socket for commands, and the web address with health, metrics and the
// status page, from one configuration that can be replaced while they run.
//
// Stopping it at any moment is safe: a run under way is in the journal, and the
// next start goes on with it.
package daemon
