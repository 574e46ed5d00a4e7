package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// decoder walks the YAML tree and the types together. Unlike a decoder that
// stops at the first error it goes on, and it remembers where every key stands.
type decoder struct {
	*report
	anchors map[string]ast.Node
	secrets []secretAt
	nodes   int
	gaveUp  bool
}

// secretAt is a secret whose value is still to be found.
type secretAt struct {
	secret *Secret
	path   path
}

// Bounds that no honest file comes near, against aliases that multiply.
const (
	maxDepth = 32
	maxNodes = 20_000
)

// exhausted counts a node and reports, once, that the bounds are passed.
func (d *decoder) exhausted(node ast.Node, p path) bool {
	d.nodes++
	if p.depth <= maxDepth && d.nodes <= maxNodes {
		return false
	}
	if !d.gaveUp {
		d.gaveUp = true
		d.at(start(node), p.orFile(), "is nested too deeply or repeats too much", "")
	}
	return true
}

func (d *decoder) value(node ast.Node, into reflect.Value, p path) {
	node = d.resolve(node)
	if d.exhausted(node, p) {
		return
	}
	if node.Type() == ast.NullType {
		d.at(node.GetToken(), p, "has no value", "give it one or remove the line")
		return
	}
	if text, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.text(node, text, p)
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		d.value(node, into.Elem(), p)
	case reflect.Struct:
		d.mapping(node, into, p)
	case reflect.Slice:
		if namesItems(into.Type()) {
			d.named(node, into, p)
			return
		}
		d.sequence(node, into, p)
	default:
		d.scalar(node, into, p)
	}
}

// mapping fills a struct: known keys only, each once, absent ones by default.
func (d *decoder) mapping(node ast.Node, into reflect.Value, p path) {
	entries, ok := d.entries(node, p)
	if !ok {
		return
	}
	fields := fieldsOf(into.Type())
	for _, e := range entries {
		f, known := fields.find(e.name)
		switch {
		case known:
			child := p.child(e.name)
			d.place(child, e.key, e.value)
			d.value(e.value, into.Field(f.index), child)
		case p.depth == 0 && strings.HasPrefix(e.name, "x-"):
			// As in Compose files: a place for anchors.
		default:
			d.unknown(e, p, fields)
		}
	}
	d.fillDefaults(into, p)
}

// unknown reports a key that does not exist. Its value may be a secret. When
// another key was meant, that one is not reported as missing as well.
func (d *decoder) unknown(e entry, p path, fields fields) {
	d.maskAll(e.value)
	meant := nearest(e.name, fields.names())
	id := p.child(e.name).id
	if meant != "" {
		id = p.child(meant).id
	}
	d.at(e.key, path{id, p.orFile().key, p.depth}, "has no key "+e.name, didYouMean(meant))
}

// fillDefaults sets the fields that the file does not mention.
func (d *decoder) fillDefaults(into reflect.Value, p path) {
	for _, f := range fieldsOf(into.Type()) {
		child := p.child(f.name)
		field := into.Field(f.index)
		given := d.has(child.id)
		switch {
		case field.Kind() == reflect.Struct && f.hasFields():
			if !given {
				d.fillDefaults(field, child)
			}
			inner := fieldsOf(field.Type())
			for name, text := range f.inner() {
				g, _ := inner.find(name)
				if !d.has(child.child(name).id) {
					d.setDefault(field.Field(g.index), text, child.child(name))
				}
			}
		case !given && f.fallback != "":
			d.setDefault(field, f.fallback, child)
		}
	}
}

func (d *decoder) setDefault(into reflect.Value, text string, p path) {
	if err := setText(into, text); err != nil {
		d.key(p.id, "has a default that "+err.Error(), "give it a value")
	}
}

// namesItems reports whether a list is written as a mapping: its items have a name
// that is no key of theirs.
func namesItems(list reflect.Type) bool {
	if list.Elem().Kind() != reflect.Struct {
		return false
	}
	name, ok := list.Elem().FieldByName("Name")
	return ok && name.Tag.Get("yaml") == "-"
}

// named fills a list from a mapping of names to items and keeps its order.
func (d *decoder) named(node ast.Node, into reflect.Value, p path) {
	entries, ok := d.entries(node, p)
	if !ok {
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(entries), len(entries)))
	for i, e := range entries {
		child := p.child(e.name)
		child.id = p.index(i).id
		d.place(child, e.key, e.value)
		d.places[child.id+".Name"] = d.places[child.id]
		into.Index(i).FieldByName("Name").SetString(e.name)
		d.value(e.value, into.Index(i), child)
	}
}

func (d *decoder) sequence(node ast.Node, into reflect.Value, p path) {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		d.wrongType(node, p, "a list", "write [a, b], or a line that begins with - for each")
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list.Values), len(list.Values)))
	for i, item := range list.Values {
		child := p.index(i)
		item = plain(d.resolve(item))
		d.place(child, item.GetToken(), item)
		d.value(item, into.Index(i), child)
	}
}

// place remembers where a key and its value stand.
func (d *decoder) place(p path, key *token.Token, value ast.Node) {
	at := place{mark: d.src.mark(key), key: p.key}
	if node, ok := d.resolve(value).(ast.ScalarNode); ok && node.Type() != ast.AliasType {
		at.value = d.src.mark(node.GetToken())
	}
	d.places[p.id] = at
}

func (d *decoder) wrongType(node ast.Node, p path, want, try string) {
	d.at(start(node), p, fmt.Sprintf("must be %s, not %s", want, describe(node)), try)
}
