package nginx

import (
	"errors"
	"fmt"
	"strings"
)

// directive is one statement of nginx's configuration.
type directive struct {
	name  string
	args  []string
	file  string
	line  int
	block []directive
}

func (d directive) where() string { return fmt.Sprintf("%s:%d", d.file, d.line) }

// deepest is more nesting than any configuration has.
const deepest = 64

// reader reads one file as nginx does (src/core/ngx_conf_file.c).
type reader struct {
	file, text string
	at, line   int
}

var errEnds = errors.New("the file ends too soon")

func parse(file, text string) ([]directive, error) {
	r := &reader{file: file, text: text, line: 1}
	tree, err := r.block(0)
	if err != nil {
		return nil, fmt.Errorf("%s:%d: %w", file, r.line, err)
	}
	return tree, nil
}

// block reads statements up to the brace that closes it, or to the end of the file.
func (r *reader) block(depth int) ([]directive, error) {
	if depth > deepest {
		return nil, errors.New("blocks are nested too deep")
	}
	var tree []directive
	var words []string
	line := 0
	for {
		word, quoted, err := r.token()
		switch {
		case err != nil:
			return nil, err
		case quoted || (word != "" && word != ";" && word != "{" && word != "}"):
			if len(words) == 0 {
				line = r.line
			}
			words = append(words, word)
			continue
		case word == "" || word == "}":
			if len(words) > 0 || (word == "") != (depth == 0) {
				return nil, errEnds
			}
			return tree, nil
		case len(words) == 0:
			return nil, fmt.Errorf("%q stands alone", word)
		}
		d := directive{name: words[0], args: words[1:], file: r.file, line: line}
		if word == "{" {
			if strings.HasSuffix(d.name, "_by_lua_block") {
				err = r.skip()
			} else {
				d.block, err = r.block(depth + 1)
			}
			if err != nil {
				return nil, err
			}
		}
		tree, words = append(tree, d), nil
	}
}

// skip passes over a block in another language.
func (r *reader) skip() error {
	for depth := 1; r.at < len(r.text); {
		switch r.next() {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return nil
			}
		}
	}
	return errEnds
}

func (r *reader) next() byte {
	c := r.text[r.at]
	r.at++
	if c == '\n' {
		r.line++
	}
	return c
}

// token is the next word, or one of ; { }; empty at the end.
func (r *reader) token() (word string, quoted bool, err error) {
	for r.at < len(r.text) {
		switch c := r.next(); c {
		case ' ', '\t', '\r', '\n':
		case '#':
			for r.at < len(r.text) && r.next() != '\n' {
			}
		case ';', '{', '}':
			return string(c), false, nil
		case '"', '\'':
			word, err = r.quoted(c)
			return word, true, err
		default:
			r.at--
			return r.bare(), false, nil
		}
	}
	return "", false, nil
}

func (r *reader) quoted(end byte) (string, error) {
	var word strings.Builder
	for r.at < len(r.text) {
		c := r.next()
		if c == end {
			return word.String(), nil
		}
		if c == '\\' && r.at < len(r.text) {
			if c = r.next(); c != end && c != '\\' {
				word.WriteByte('\\')
			}
		}
		word.WriteByte(c)
	}
	return "", errEnds
}

// bare reads up to a blank, a semicolon or a brace that is not a variable's.
func (r *reader) bare() string {
	began := r.at
	for ; r.at < len(r.text); r.at++ {
		c := r.text[r.at]
		if c == '{' && r.at > began && r.text[r.at-1] == '$' {
			continue
		}
		if strings.IndexByte(" \t\r\n;{", c) >= 0 {
			break
		}
		if c == '\\' && r.at+1 < len(r.text) && r.text[r.at+1] != '\n' {
			r.at++
		}
	}
	return r.text[began:r.at]
}
