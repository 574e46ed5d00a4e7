package postgres

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keeptrusts/ktops/ops"
)

// Retention tells what a Prune of that moment would remove, and why the rest stays.
func (s *Server) Retention(ctx context.Context, now time.Time, spared ...string) ([]ops.Retained, error) {
	judged, err := s.judge(ctx, now, spared)
	if err != nil {
		return nil, fmt.Errorf("look at the backups: %w", err)
	}
	items := make([]ops.Retained, 0, len(judged))
	for _, b := range judged {
		items = append(items, ops.Retained{Name: b.File, At: b.At, Bytes: b.Bytes, Goes: b.goes, Why: b.why})
	}
	err = s.beside(ctx, ownName, func(conn *pgx.Conn) error {
		all, err := asides(ctx, conn)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if item, ours := s.retained(all[name], now, spared); ours {
				items = append(items, item)
			}
		}
		return err
	})
	return items, err
}

// retained is what retention says of a database that a run left; false for one that is
// no such.
func (s *Server) retained(a aside, now time.Time, spared []string) (ops.Retained, bool) {
	for _, kind := range []asideKind{snapshotKind, abandonedKind} {
		m, ours := a.is(kind, s.opts.Name)
		if !ours {
			continue
		}
		item := ops.Retained{Name: a.name, At: m.at}
		if _, item.Goes = s.outdated(a, now, spared); item.Goes {
			item.Why = fmt.Sprintf("%s of run %s, older than %s", kind, m.run, ops.DurationText(s.opts.SnapshotKeep))
		} else if slices.Contains(spared, m.run) {
			item.Why = fmt.Sprintf("%s of run %s, which has not ended", kind, m.run)
		} else {
			item.Why = fmt.Sprintf("%s of run %s, stays for %s", kind, m.run, ops.DurationText(s.opts.SnapshotKeep))
		}
		return item, true
	}
	return ops.Retained{}, false
}

// judged is a backup with what retention says of it.
type judged struct {
	ops.Backup
	goes bool
	why  string
}

// judge says of each backup, newest first, whether it goes.
func (s *Server) judge(ctx context.Context, now time.Time, spared []string) ([]judged, error) {
	all, err := s.List(ctx)
	return retention{keepFor: s.opts.KeepFor, keepLast: s.opts.KeepLast, spared: s.catalogue().spared(all, spared)}.of(all, now), err
}

// spared are the files of those backups that are spared, by their name or that of the run
// which took them.
func (c catalogue) spared(backups []ops.Backup, spared []string) []string {
	var files []string
	for _, b := range backups {
		name, err := c.name(b.File)
		needed := func(s string) bool { return err == nil && (name == backupOf(s) || c.names(s, name)) }
		if slices.ContainsFunc(spared, needed) {
			files = append(files, b.File)
		}
	}
	return files
}

// names reports whether a file is the backup of a name.
func (c catalogue) names(file, name string) bool {
	is, err := c.name(file)
	return err == nil && is == name
}

// retention is the rule of which backups stay.
type retention struct {
	keepFor  time.Duration
	keepLast int      // verified ones that stay whatever their age
	spared   []string // files that runs which have not ended need
}

// of judges backups, newest first. While none is verified the newest stays too: it may
// be the only good one.
func (r retention) of(backups []ops.Backup, now time.Time) []judged {
	list := make([]judged, 0, len(backups))
	verified := 0
	hope := newestVerified(backups) == nil
	for i, b := range backups {
		good := !b.VerifiedAt.IsZero()
		if good {
			verified++
		}
		j := judged{Backup: b}
		switch {
		case slices.Contains(r.spared, b.File):
			j.why = "a run that has not ended needs it"
		case now.Sub(b.At) < r.keepFor:
			j.why = "younger than " + ops.DurationText(r.keepFor)
		case good && verified == 1:
			j.why = "the newest that was read back"
		case good && verified <= r.keepLast:
			j.why = fmt.Sprintf("one of the newest %d that were read back", r.keepLast)
		case hope && i == 0:
			j.why = "the newest, and none was read back"
		default:
			j.goes, j.why = true, "older than "+ops.DurationText(r.keepFor)
		}
		list = append(list, j)
	}
	return list
}
