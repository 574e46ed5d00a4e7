package console

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/keeptrusts/ktops/ops"
)

// Backups lists backups, newest first.
func Backups(s Style, backups []ops.Backup) string {
	if len(backups) == 0 {
		return "No backups yet. Try: ktops backup create\n"
	}
	rows := [][]string{{" ", "TAKEN", "SIZE", "KEEPTRUSTS", "READ BACK", "FILE"}}
	for _, b := range backups {
		mark, readBack := s.levelMark(ops.Pass), Time(b.VerifiedAt)
		if b.VerifiedAt.IsZero() {
			mark, readBack = s.levelMark(ops.Warn), "never"
		}
		rows = append(rows, []string{mark, Time(b.At), Bytes(b.Bytes), b.Platform, readBack, b.File})
	}
	return table("", rows)
}

// Backup is one backup with what is known about it.
func Backup(s Style, b ops.Backup) string {
	mark := s.levelMark(ops.Pass)
	if b.VerifiedAt.IsZero() {
		mark = s.levelMark(ops.Warn)
	}
	return fmt.Sprintf("%s %s\n  %s in %s, PostgreSQL %s%s\n  sha256 %s\n", mark, b.File, Bytes(b.Bytes), Duration(b.Took), b.Server, verified(b), b.SHA256)
}

func verified(b ops.Backup) string {
	if b.VerifiedAt.IsZero() {
		return ", not read back yet"
	}
	return fmt.Sprintf(", read back in %s: %s, %s", Duration(b.VerifyTook), plural(b.Entries, "table"), Bytes(b.RawBytes))
}

// Drill is what restoring a backup to the side has shown.
func Drill(s Style, d ops.Drill) string {
	return fmt.Sprintf("%s %s\n  restored to the side in %s: %s, %s, %s; dropped again\n%s", s.levelMark(ops.Worst(d.Checks)), d.File,
		Duration(d.Took), plural(d.Tables, "table"), humanize.Comma(d.Rows)+" rows", Bytes(d.Bytes), Findings(s, d.Checks))
}

// Progress is how far a work is, on one line without its end.
func Progress(p ops.Progress) string {
	if p.Fraction < 0 {
		return p.Note
	}
	return fmt.Sprintf("%s %3.0f %%  %s", bar(p.Fraction, 24), 100*min(p.Fraction, 1), p.Note)
}
