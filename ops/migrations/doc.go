// Package migrations knows the migrations of a release before any of them runs: it finds
// their files in an archive or a folder as sqlx does, and tells what their statements do.
//
// Statements are told apart by PostgreSQL's own parser (libpg_query). What it cannot
// parse stays unclassified, and says so. A hint repeats what PostgreSQL's documentation
// says of a statement (ALTER TABLE, Notes; CREATE INDEX; Explicit Locking): it
// warns, and does not measure. A rehearsal measures.
package migrations
