package migrations

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/keeptrusts/ktops/ops"
)

// Read tells what each file does, by its version. It is asked anew at every plan, and
// answers in microseconds once the parser has been used.
func (p *Parser) Read(files []File) map[int64]ops.SQL {
	all := make(map[int64]ops.SQL, len(files))
	for _, f := range files {
		all[f.Version] = p.read(string(f.Text))
	}
	return all
}

func (p *Parser) read(sql string) ops.SQL {
	raw, err := p.parse(sql)
	if err != nil {
		return ops.SQL{Unread: err.Error()}
	}
	inside := transactionOf(sql, len(raw))
	read := ops.SQL{Statements: make([]ops.Statement, 0, len(raw))}
	for _, r := range raw {
		text := r.text(sql)
		kind, fields := r.Node.of()
		s := look(kind, fields)
		s.Kind, s.Text = cmp.Or(s.Kind, firstWords(text)), shortened(text)
		if s.alone && inside != "" {
			s.Hints = append(s.Hints, ops.Hint{Kind: ops.WillFail, Table: s.Table, Means: "PostgreSQL refuses it inside a transaction, and " + inside})
		}
		read.Statements = append(read.Statements, s.Statement)
	}
	return read
}

// transactionOf says why the statements of a file run inside a transaction; empty when
// they do not. sqlx (postgres/migrate.rs) opens one unless the file begins otherwise;
// and PostgreSQL makes one of several statements that are sent at once.
func transactionOf(sql string, statements int) string {
	switch {
	case !strings.HasPrefix(sql, "-- no-transaction"):
		return "sqlx runs a migration in one unless its file begins with -- no-transaction"
	case statements > 1:
		return "the statements of a file are sent at once, which is one: give it a file of its own"
	}
	return ""
}

// text is the statement's own, from its first word on.
func (r rawStatement) text(sql string) string {
	if r.Start < 0 || r.Start > len(sql) {
		return ""
	}
	text := sql[r.Start:]
	if r.Length > 0 && r.Length <= len(text) {
		text = text[:r.Length]
	}
	for {
		text = strings.TrimSpace(text)
		switch {
		case strings.HasPrefix(text, "--"):
			_, text, _ = strings.Cut(text, "\n")
		case strings.HasPrefix(text, "/*"):
			var closed bool
			if _, text, closed = strings.Cut(text, "*/"); !closed {
				return ""
			}
		default:
			return text
		}
	}
}

// maxText is how much of a statement is shown.
const maxText = 200

// shortened is a text on one line, cut where it is long.
func shortened(text string) string {
	text = strings.ToValidUTF8(strings.Join(strings.Fields(text), " "), "?")
	if len(text) <= maxText {
		return text
	}
	end := maxText - len("…")
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// firstWords names a statement that is not looked at closer: its words in capitals are
// PostgreSQL's, and two tell most of them apart.
func firstWords(text string) string {
	words := strings.Fields(strings.ToUpper(shortened(text)))
	var kept []string
	for _, word := range words[:min(len(words), 2)] {
		if strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			break
		}
		kept = append(kept, word)
	}
	return strings.Join(kept, " ")
}
