package journal

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed queries/*.sql
var queryFiles embed.FS

// queries are the statements by the name of their file.
type queries map[string]string

func readQueries() (queries, error) {
	names, err := fs.Glob(queryFiles, "queries/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list the queries: %w", err)
	}
	q := queries{}
	for _, name := range names {
		text, err := queryFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the queries: %w", err)
		}
		q[strings.TrimSuffix(path.Base(name), ".sql")] = string(text)
	}
	return q, nil
}
