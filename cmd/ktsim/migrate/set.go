// Package migrate applies the migrations of the stand-in API as sqlx does: the same
// table, lock, order, checksums and refusals, so that what ktops concludes from
// them holds for the real product. The files are those of all versions; each
// version knows those that had been shipped by then.
package migrate

import (
	"crypto/sha512"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

//go:embed sql/*.sql
var files embed.FS

// Migration is one shipped file.
type Migration struct {
	Version     int64
	Description string
	File        string // such as 0145_add_event_risk_score.sql
	SQL         string
	Checksum    []byte // SHA-384 of the file, as sqlx records it
}

// release says up to which migration a minor version ships.
type release struct {
	major, minor uint64
	last         int64
}

func releases() []release {
	return []release{{2, 3, 141}, {2, 4, 144}, {2, 5, 147}, {3, 0, 149}}
}

// Set lists the migrations that version ships, in order. A build that is not known
// (2.5.1, 2.5.1-broken) ships those of the newest release before it.
func Set(version string) ([]Migration, error) {
	last, err := lastOf(version)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "sql/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	var set []Migration
	for _, name := range names {
		m, err := read(name)
		if err != nil {
			return nil, err
		}
		if m.Version <= last {
			set = append(set, m)
		}
	}
	return set, nil
}

func lastOf(version string) (int64, error) {
	asked, err := semver.NewVersion(version)
	if err != nil {
		return 0, fmt.Errorf("version %q (KT_VERSION): %w", version, err)
	}
	var last int64
	for _, r := range releases() {
		if asked.Major() > r.major || (asked.Major() == r.major && asked.Minor() >= r.minor) {
			last = r.last
		}
	}
	if last == 0 {
		return 0, fmt.Errorf("version %s is older than every release that is known here", version)
	}
	return last, nil
}

// read parses NNNN_description.sql, as sqlx::migrate! does.
func read(name string) (Migration, error) {
	body, err := files.ReadFile(name)
	if err != nil {
		return Migration{}, fmt.Errorf("read migration: %w", err)
	}
	file := path.Base(name)
	number, words, ok := strings.Cut(strings.TrimSuffix(file, ".sql"), "_")
	version, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil {
		return Migration{}, fmt.Errorf("migration %s is not named NNNN_description.sql", file)
	}
	sum := sha512.Sum384(body)
	return Migration{
		Version: version, Description: strings.ReplaceAll(words, "_", " "),
		File: file, SQL: string(body), Checksum: sum[:],
	}, nil
}
