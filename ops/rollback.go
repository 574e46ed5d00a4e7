package ops

import (
	"context"
	"time"
)

// Way is a way back to where the platform was before a run.
type Way string

// The ways back, the one that loses least first.
const (
	// BackByImages starts the previous images on the database as it is: nothing is lost.
	BackByImages Way = "images"
	// BackBySnapshot also puts the snapshot that the run took in the database's place.
	BackBySnapshot Way = "snapshot"
	// BackByBackup also restores a backup beside the database and puts it in its place.
	BackByBackup Way = "backup"
)

// Rollback asks to go back to where a run began.
type Rollback struct {
	// Run is the run that is taken back; its plan says what was there before.
	Run string `json:"run"`
	Way Way    `json:"way"`
	// Backup is the file to restore; empty unless the way is BackByBackup.
	Backup string `json:"backup,omitempty"`
	// Since is the best position that is known of the state to return to: the swap counts
	// from it what is lost. Nil: from that of the backup, else it cannot be told.
	Since *Position `json:"since,omitempty"`
}

// Position is a point in what is written to a database, from which it can be told
// what was written later.
type Position struct {
	At time.Time `json:"at"`
	// LSN is the position in the write-ahead log, as PostgreSQL writes it.
	LSN string `json:"lsn"`
	// Tables counts the rows written to each table so far (pg_stat_user_tables).
	Tables map[string]Writes `json:"tables"`
	// Reset is when these counts began, and Database the number that the server gave the
	// database, which a copy has not: two positions of different counts cannot be compared.
	Reset    time.Time `json:"reset,omitzero"`
	Database uint32    `json:"database,omitempty"`
	// Loose says why writes from before the position may be counted as later ones;
	// empty when the position is exact.
	Loose string `json:"loose,omitempty"`
}

// Writes counts rows.
type Writes struct {
	Inserted int64 `json:"inserted"`
	Updated  int64 `json:"updated"`
	Deleted  int64 `json:"deleted"`
}

// Rows is how many rows were written in any way.
func (w Writes) Rows() int64 { return w.Inserted + w.Updated + w.Deleted }

// Written is what was written to a database since a position: what going back loses.
type Written struct {
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	// Tables has those that were written to, the most written first.
	Tables []TableWrites `json:"tables"`
	// WAL is how many bytes of write-ahead log that took, maintenance included.
	WAL int64 `json:"wal"`
	// Newest is the newest time found in a row, and NewestIn its table; zero where none was looked at.
	Newest   time.Time `json:"newest,omitzero"`
	NewestIn string    `json:"newest_in,omitempty"`
	// AtMost says why less than this may have been written; empty when it is exact.
	AtMost string `json:"at_most,omitempty"`
	// Unknown says why it cannot be told at all; empty when it can.
	Unknown string `json:"unknown,omitempty"`
}

// TableWrites is what was written to one table.
type TableWrites struct {
	Table string `json:"table"`
	Writes
}

// Rows is how many rows were written in all tables together.
func (w Written) Rows() int64 {
	var sum int64
	for _, t := range w.Tables {
		sum += t.Rows()
	}
	return sum
}

// ReturnPoint is a state of the database that can be gone back to.
type ReturnPoint struct {
	Way Way `json:"way"` // BackBySnapshot or BackByBackup
	// Run is the run that made it; empty for a backup that was taken by itself.
	Run string `json:"run,omitempty"`
	// Name is that of the snapshot's database or of the backup's file.
	Name  string    `json:"name"`
	At    time.Time `json:"at"`
	Bytes int64     `json:"bytes"` // of the database, once it is restored
	// Applied are the migrations applied in it; empty where that is not known, as of a
	// snapshot that is no earlier state of the live database.
	Applied []AppliedMigration `json:"applied,omitempty"`
	// Position is where writing was then; nil where that was not recorded, as of every
	// snapshot: the result of the step that took it has it.
	Position *Position `json:"position,omitempty"`
	// Unfit says why it cannot be gone back to, such as a disk without room for it;
	// empty when it can.
	Unfit string `json:"unfit,omitempty"`
}

// Returns knows the states that a database can be gone back to.
type Returns interface {
	// ReturnPoints lists them, newest first: snapshots that are kept, and backups that
	// were read back.
	ReturnPoints(ctx context.Context) ([]ReturnPoint, error)
	// WrittenSince tells what was written to the live database since a position.
	WrittenSince(ctx context.Context, since Position) (Written, error)
}

// Advice is what going back means now. It is computed anew each time it is asked for.
type Advice struct {
	Environment string    `json:"environment"`
	At          time.Time `json:"at"`
	// Run is the run that would be taken back.
	Run string `json:"run"`
	// From is what runs now, and To what would run again.
	From Version `json:"from"`
	To   Version `json:"to"`
	// ZeroLoss is how the data could be had back to any moment; nil where there is no such way.
	ZeroLoss *Finding `json:"zero_loss,omitempty"`
	// Choices are the ways, the one that loses least first; those that cannot be gone are
	// among them, and say why.
	Choices []Choice `json:"choices"`
}

// Choice is one way back with its cost.
type Choice struct {
	Way Way `json:"way"`
	// Backup is the file that is restored; empty unless the way is BackByBackup.
	Backup string `json:"backup,omitempty"`
	// Why says why the way can be gone, or why it cannot.
	Why      string `json:"why"`
	Possible bool   `json:"possible"`
	// ReturnsTo is the point in time that the database returns to; zero when it stays as it is.
	ReturnsTo time.Time `json:"returns_to,omitzero"`
	// Lost is what was written since then; nil when nothing is lost.
	Lost *Written `json:"lost,omitempty"`
	// Takes is how long it takes in all, and Closed how long of that nothing is served.
	Takes  time.Duration `json:"takes"`
	Closed time.Duration `json:"closed"`
	// Approvals is how many people must approve it.
	Approvals int `json:"approvals"`
	// Afterwards names what is checked at its end.
	Afterwards []string `json:"afterwards"`
	// Checks are those of the plan; one that fails makes the way impossible.
	Checks []Finding `json:"checks,omitempty"`
}

// Loses reports whether data is lost by it.
func (r Rollback) Loses() bool { return r.Way != BackByImages }
