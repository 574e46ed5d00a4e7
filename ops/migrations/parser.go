package migrations

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/wasilibs/go-pgquery/parser"
)

// maxParsed is the longest text that is parsed: a longer one carries data.
const maxParsed = 1 << 20

// Parser tells statements apart with PostgreSQL's own parser. Its first use compiles
// that, which takes a second and, for that time, some 250 MB.
type Parser struct {
	mu     sync.Mutex // one at a time: each that runs beside would compile its own
	used   bool
	broken error
}

// parse is the tree of each statement of a text.
func (p *Parser) parse(text string) ([]rawStatement, error) {
	switch {
	case len(text) > maxParsed:
		return nil, fmt.Errorf("it has %d bytes: only files up to %d are read", len(text), maxParsed)
	case strings.ContainsRune(text, 0):
		return nil, errors.New("it has a zero byte, which PostgreSQL refuses")
	}
	tree, err := p.tree(text)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL's parser says: %w", err)
	}
	var parsed struct {
		Statements []rawStatement `json:"stmts"`
	}
	if err := json.Unmarshal([]byte(tree), &parsed); err != nil {
		return nil, fmt.Errorf("read what PostgreSQL's parser answers: %w", err)
	}
	return parsed.Statements, nil
}

// tree keeps a parser that died, as one may on a text nested without end, from being
// used again: nobody knows what state it is in.
func (p *Parser) tree(text string) (tree string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken != nil {
		return "", fmt.Errorf("it died at an earlier text and is not used again before a restart: %w", p.broken)
	}
	defer func() {
		if died := recover(); died != nil {
			p.broken = fmt.Errorf("%.200v", died)
			err = p.broken
		}
		if !p.used {
			p.used = true
			debug.FreeOSMemory() // what compiling took
		}
	}()
	return parser.ParseToJSON(text)
}
