// Package store keeps notices and their deliveries in SQLite. The wiring opens the
// database (WAL, synchronous=FULL, _txlock=immediate): what was raised is on the
// disk when Add returns. All tables begin with notify_, for the journal lives in
// the same file.
package store
