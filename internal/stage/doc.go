// Package stage puts ktops itself into a test world: a real platform from
// package harness, a Slack workspace from package slackemu, and `ktops serve` as
// a process of its own that can be killed. The end-to-end tests and cmd/ktdemo
// play on it.
package stage
