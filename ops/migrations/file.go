package migrations

import (
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// File is one migration with its text.
type File struct {
	ops.Migration
	Text []byte
}

// newFile is the migration in a file of that name; false when it is none.
func newFile(name string, text []byte) (File, bool, error) {
	m, ok, err := parseName(name)
	if err != nil || !ok {
		return File{}, false, err
	}
	sum := sha512.Sum384(text)
	m.Checksum, m.Bytes = hex.EncodeToString(sum[:]), len(text)
	return File{Migration: m, Text: text}, true, nil
}

// parseName reads a file name as sqlx does (sqlx-core: migrate/source.rs):
// version, description with spaces for underscores, and .down.sql not at all.
func parseName(name string) (ops.Migration, bool, error) {
	number, description, ok := strings.Cut(name, "_")
	if !ok || !strings.HasSuffix(description, ".sql") || strings.HasSuffix(description, ".down.sql") {
		return ops.Migration{}, false, nil
	}
	version, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return ops.Migration{}, false, fmt.Errorf("%q does not begin with a number, which sqlx refuses", name)
	}
	description = strings.TrimSuffix(strings.TrimSuffix(description, ".sql"), ".up")
	return ops.Migration{Version: version, Description: strings.ReplaceAll(description, "_", " ")}, true, nil
}

// List are the migrations of files without their texts.
func List(files []File) []ops.Migration {
	var list []ops.Migration
	for _, f := range files {
		list = append(list, f.Migration)
	}
	return list
}
