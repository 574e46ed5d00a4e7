package config

import (
	"strings"

	"github.com/goccy/go-yaml/token"
)

// report collects errors and knows where every key of the file stands.
type report struct {
	src    *source
	places map[string]place // by path.id
	errors []located
}

// place is where a key stands, where its value begins when that is not a section
// or a list, and its name for people.
type place struct {
	mark  mark
	value mark
	key   string
}

// located is an error before its line is quoted: only when the whole file was
// read is it known what must be masked.
type located struct {
	id           string
	mark         mark
	key          string
	problem, try string
}

// at reports an error at a token.
func (r *report) at(t *token.Token, p path, problem, try string) {
	r.errors = append(r.errors, located{p.id, r.src.mark(t), p.key, problem, try})
}

// key reports an error at a key, or where the nearest key above it stands. It is
// dropped when something at, above or below the key is wrong already: one
// mistake, one error.
func (r *report) key(id, problem, try string) {
	for _, e := range r.errors {
		if e.id == "" || e.id == id || within(e.id, id) || within(id, e.id) {
			return
		}
	}
	at, rest := r.nearest(id)
	key, where := at.key, at.mark
	if rest == "" && at.value.line > 0 {
		where = at.value
	}
	if rest != "" {
		key = strings.TrimPrefix(key+"."+rest, ".")
	}
	r.errors = append(r.errors, located{id, where, key, problem, try})
}

// nearest is the place of a key or of the nearest one above it, and the part of
// the key below that.
func (r *report) nearest(id string) (place, string) {
	for above := id; above != ""; above = parent(above) {
		if at, ok := r.places[above]; ok {
			return at, strings.TrimPrefix(strings.TrimPrefix(id, above), ".")
		}
	}
	return place{mark: mark{1, 1, 1}}, id
}

func (r *report) has(id string) bool {
	_, ok := r.places[id]
	return ok
}

// list is the errors with their lines quoted, in the order of the file.
func (r *report) list() Errors {
	var list Errors
	for _, e := range r.errors {
		line, caret, width := r.src.quote(e.mark)
		list = append(list, Error{
			File: r.src.file, Line: e.mark.line, Column: e.mark.column,
			Key: e.key, Problem: e.problem, Try: e.try, Source: line, caret: caret, width: width,
		})
	}
	list.sort()
	return list
}

// within reports whether inner is below outer; the root, "", is not asked about.
func within(inner, outer string) bool {
	return outer != "" && strings.HasPrefix(inner, outer) && strings.ContainsAny(inner[len(outer):][:1], ".[")
}

// parent is the key above: environments[0] for environments[0].database.
func parent(id string) string {
	return id[:max(strings.LastIndexAny(id, ".["), 0)]
}
