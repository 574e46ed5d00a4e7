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
	"math"
	"path"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

//go:embed sql
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
// (2.5.1, 2.5.1-broken) ships those of the newest release before it. One that is called
// as a folder of troublesome migrations (2.5.0-rewrite, 2.5.0-lock, 2.5.0-duplicates,
// 2.5.0-rename) ships these as well.
func Set(version string) ([]Migration, error) {
	asked, err := semver.NewVersion(version)
	if err != nil {
		return nil, fmt.Errorf("version %q (KT_VERSION): %w", version, err)
	}
	last, err := lastOf(asked)
	if err != nil {
		return nil, err
	}
	set, err := shipped("sql", last)
	if err != nil || asked.Prerelease() == "" {
		return set, err
	}
	trouble, err := shipped(path.Join("sql", asked.Prerelease()), math.MaxInt64)
	return append(set, trouble...), err
}

// shipped are a folder's migrations up to one; none where there is no such folder.
func shipped(folder string, last int64) ([]Migration, error) {
	names, err := fs.Glob(files, folder+"/*.sql")
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

func lastOf(asked *semver.Version) (int64, error) {
	var last int64
	for _, r := range releases() {
		if asked.Major() > r.major || (asked.Major() == r.major && asked.Minor() >= r.minor) {
			last = r.last
		}
	}
	if last == 0 {
		return 0, fmt.Errorf("version %s is older than every release that is known here", asked)
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
