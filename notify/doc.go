// Package notify tells people what happens in maintenance windows: users,
// operators and leaders, each what concerns them, in Slack, by e-mail and by
// webhook, and on a status page for everybody.
//
// A Notice is stored under a key that is unique for ever before anything is sent,
// so raising one twice says it once. When it is due it becomes one delivery for
// each reader of each channel; these are sent in order, tried again until the
// notice's deadline, and never after it. A delivery that a crash interrupted is
// sent again under the same key, Message-ID or Idempotency-Key, by which the other
// side knows it.
//
// A Watcher turns the events of runs into notices. It derives each key from the
// run, so that after a restart it can look at all recent runs again.
package notify
