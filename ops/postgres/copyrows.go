package postgres

import (
	"bytes"
	"strings"
)

// copyRows counts the rows of each table in a dump as SQL text. A row is one line
// between these two, for COPY writes line ends within values as \n:
//
//	COPY public.events (id, detail) FROM stdin;
//	\.
type copyRows struct {
	rows  map[string]int64
	table string // whose rows are going by; empty between tables
	line  []byte // what of a line came so far: all of it between tables, else its beginning
	size  int    // how long the line is so far
}

func newCopyRows() *copyRows { return &copyRows{rows: map[string]int64{}} }

// enoughOfARow is what tells the end of the rows from a row.
const enoughOfARow = 3

// Write takes the text in pieces of any size. It never fails.
func (c *copyRows) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			c.keep(p)
			break
		}
		c.keep(p[:end])
		c.ended()
		p = p[end+1:]
	}
	return n, nil
}

func (c *copyRows) keep(part []byte) {
	c.size += len(part)
	if c.table != "" {
		part = part[:min(len(part), max(enoughOfARow-len(c.line), 0))]
	}
	c.line = append(c.line, part...)
}

func (c *copyRows) ended() {
	switch {
	case c.table == "":
		if table, ok := copiedTable(string(c.line)); ok {
			c.table = table
			c.rows[table] = 0
		}
	case c.size == 2 && string(c.line) == `\.`:
		c.table = ""
	default:
		c.rows[c.table]++
	}
	c.line, c.size = c.line[:0], 0
}

// copiedTable is the table that a COPY statement of pg_dump fills, as SQL writes it.
func copiedTable(line string) (string, bool) {
	rest, ok := strings.CutPrefix(line, "COPY ")
	if !ok {
		return "", false
	}
	if rest, ok = strings.CutSuffix(rest, " FROM stdin;"); !ok {
		return "", false
	}
	quoted := false
	for i, r := range rest {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ' ' && !quoted:
			return rest[:i], true
		}
	}
	return rest, true
}
