// Package store keeps what the scheduler must not forget in SQLite: occurrences of
// windows, freezes that people declared, how far openings were considered, and
// which pinned upgrades were proposed. All tables begin with window_, for the
// journal lives in the same file. What an occurrence became is never changed.
package store
