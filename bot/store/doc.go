// Package store keeps the bot's inbox, outbox and cards in SQLite. The wiring
// opens the database (WAL, synchronous=FULL, _txlock=immediate): a delivery is
// acknowledged to Slack as soon as Receive has returned, so a commit must be on
// the disk by then. All tables begin with slack_, for the journal lives in the
// same file.
package store
