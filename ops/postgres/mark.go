package postgres

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/keeptrusts/ktops/ops"
)

// asideKind is what a database beside the live one is for.
type asideKind string

const (
	snapshotKind  asideKind = "snapshot"
	abandonedKind asideKind = "abandoned state"
	drillKind     asideKind = "restore drill"
	restoredKind  asideKind = "restored backup"
	// restoringKind is a restoredKind that is not whole yet, under the same name.
	restoringKind asideKind = "unfinished restore"
	rehearsalKind asideKind = "rehearsal"
)

// mark is what the comment of a database beside the live one says of it. It is
// written once the database is whole, and lives and dies with it.
type mark struct {
	kind     asideKind
	database string // the live one
	run      string // or the name of a drill
	at       time.Time
	// migrations is the digest of those that were applied in it.
	migrations string
	// instead is the comment of the database for which an abandoned one left its place,
	// from before it did.
	instead string
	// comment is the live database's own, for the way back.
	comment string
}

var markRule = regexp.MustCompile(`(?s)^ktops: (snapshot|abandoned state|restore drill|restored backup|unfinished restore|rehearsal) of ("(?:[^"\\]|\\.)*"), (\S+), ([^\s,]+)(?:, migrations ([^\s,]+))?(?:, instead of it ("(?:[^"\\]|\\.)*"))?(?:\n(.*))?$`)

// String is the comment: a line that a person can read, then the live database's own.
func (m mark) String() string {
	text := fmt.Sprintf("ktops: %s of %q, %s, %s", m.kind, m.database, m.run, m.at.UTC().Format(time.RFC3339))
	if m.migrations != "" {
		text += ", migrations " + m.migrations
	}
	if m.instead != "" {
		text += ", instead of it " + strconv.Quote(m.instead)
	}
	if m.comment != "" {
		text += "\n" + m.comment
	}
	return text
}

// parseMark is the mark in a comment; false when there is none.
func parseMark(comment string) (mark, bool) {
	parts := markRule.FindStringSubmatch(comment)
	if parts == nil {
		return mark{}, false
	}
	database, err := strconv.Unquote(parts[2])
	if err != nil {
		return mark{}, false
	}
	at, err := time.Parse(time.RFC3339, parts[4])
	if err != nil {
		return mark{}, false
	}
	instead := ""
	if parts[6] != "" {
		if instead, err = strconv.Unquote(parts[6]); err != nil {
			return mark{}, false
		}
	}
	return mark{kind: asideKind(parts[1]), database: database, run: parts[3], at: at, migrations: parts[5], instead: instead, comment: parts[7]}, true
}

// longestName is PostgreSQL's NAMEDATALEN without its end.
const longestName = 63

// scratchTail is between the live database's name and the run in that of a rehearsal.
const scratchTail = "_kt_scratch_"

// asideName names a database beside the live one. A long name of the live one is
// cut, never the run's.
func asideName(database string, kind asideKind, run string) string {
	tail := map[asideKind]string{
		snapshotKind: "_kt_", abandonedKind: "_kt_abandoned_", drillKind: "_kt_drill_",
		restoredKind: "_kt_restored_", restoringKind: "_kt_restored_", rehearsalKind: scratchTail,
	}[kind] + run
	end := min(len(database), max(longestName-len(tail), 0))
	for end < len(database) && end > 0 && !utf8.RuneStart(database[end]) {
		end--
	}
	return database[:end] + tail
}

var runRule = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

// checkRun refuses a run whose ID cannot be part of a database's name.
func checkRun(run ops.Run) error {
	if !runRule.MatchString(run.ID) {
		return fmt.Errorf("%q cannot be part of a database's name: use letters, digits, point, dash and underscore, at most 40", run.ID)
	}
	return nil
}

// quoteLiteral is a text as SQL, for the statements that take no parameters.
func quoteLiteral(text string) string {
	text = strings.ReplaceAll(text, "\x00", "")
	if strings.Contains(text, `\`) {
		return ` E'` + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(text) + `'`
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
