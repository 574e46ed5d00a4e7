package config

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// entry is one key of a mapping with its value.
type entry struct {
	name  string
	key   *token.Token
	value ast.Node
}

// entries are the keys of a mapping with those merged in by <<, which never
// replace a key that is there. It reports what is not a mapping.
func (d *decoder) entries(node ast.Node, p path) ([]entry, bool) {
	mapping, ok := d.resolve(node).(*ast.MappingNode)
	if !ok {
		d.wrongType(node, p.orFile(), "a section of keys and values", "")
		return nil, false
	}
	var own, merged []entry
	for _, v := range mapping.Values {
		if v.Key.IsMergeKey() {
			merged = append(merged, d.merged(v.Value, p)...)
			continue
		}
		e := entry{v.Key.GetToken().Value, v.Key.GetToken(), v.Value}
		if first := findEntry(own, e.name); first != nil {
			d.maskAll(e.value)
			line := d.src.mark(first.key).line
			d.at(e.key, p.child(e.name), fmt.Sprintf("is given twice, first on line %d", line), "remove one of them")
			continue
		}
		own = append(own, e)
	}
	for _, e := range merged {
		if findEntry(own, e.name) == nil {
			own = append(own, e)
		}
	}
	return own, true
}

// merged are the keys that << brings in: of a mapping, or of a list of them.
func (d *decoder) merged(node ast.Node, p path) []entry {
	p.depth++
	if d.exhausted(node, p) {
		return nil
	}
	list, ok := d.resolve(node).(*ast.SequenceNode)
	if !ok {
		entries, _ := d.entries(node, p)
		return entries
	}
	var all []entry
	for _, item := range list.Values {
		all = append(all, d.merged(item, p)...)
	}
	return all
}

func findEntry(entries []entry, name string) *entry {
	for i := range entries {
		if entries[i].name == name {
			return &entries[i]
		}
	}
	return nil
}

// resolve follows anchors, aliases and tags to what they stand for. An alias
// that leads to itself is left as it is, and reported as of the wrong type.
func (d *decoder) resolve(node ast.Node) ast.Node {
	for range maxDepth {
		var next ast.Node
		switch n := node.(type) {
		case *ast.AnchorNode:
			next = n.Value
		case *ast.AliasNode:
			next = d.anchors[n.Value.GetToken().Value]
		case *ast.TagNode:
			next = n.Value
		}
		if next == nil {
			break
		}
		node = next
	}
	return node
}

// plain undoes the parser's reading of [unix:root] as a mapping: YAML asks for a
// space after the colon of a key.
func plain(node ast.Node) ast.Node {
	mapping, ok := node.(*ast.MappingNode)
	if !ok || mapping.IsFlowStyle || len(mapping.Values) != 1 {
		return node
	}
	pair := mapping.Values[0]
	key, colon, value := pair.Key.GetToken(), pair.Start, pair.Value.GetToken()
	if key.Position.Line != value.Position.Line || value.Position.Column != colon.Position.Column+1 {
		return node
	}
	joined := key.Clone()
	joined.Value = key.Value + ":" + value.Value
	joined.Origin = joined.Value
	return ast.String(joined)
}

// anchorsOf finds what aliases may refer to.
func anchorsOf(body ast.Node) map[string]ast.Node {
	anchors := map[string]ast.Node{}
	for _, node := range ast.Filter(ast.AnchorType, body) {
		if a, ok := node.(*ast.AnchorNode); ok && a.Name != nil && a.Value != nil {
			anchors[a.Name.GetToken().Value] = a.Value
		}
	}
	return anchors
}

// start is a node's first token; of a section it is the first key, where the
// parser has the colon.
func start(node ast.Node) *token.Token {
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken()
	}
	return node.GetToken()
}

// maskAll hides everything below a node.
func (d *decoder) maskAll(node ast.Node) { ast.Walk(masker{d.src}, node) }

type masker struct{ src *source }

// Visit hides one node's text and goes on to those below it.
func (m masker) Visit(node ast.Node) ast.Visitor {
	if node == nil {
		return nil
	}
	if _, ok := node.(ast.ScalarNode); ok {
		m.src.mask(node.GetToken())
	}
	if l, ok := node.(*ast.LiteralNode); ok && l.Value != nil {
		m.src.mask(l.Value.GetToken())
	}
	return m
}

// describe says what a node is, in words of people who write the file.
func describe(node ast.Node) string {
	switch node.Type() {
	case ast.MappingType, ast.MappingValueType:
		return "a section of keys and values"
	case ast.SequenceType:
		return "a list"
	case ast.StringType, ast.LiteralType:
		return "text"
	case ast.IntegerType:
		return "a number"
	case ast.FloatType, ast.InfinityType, ast.NanType:
		return "a number with decimals"
	case ast.BoolType:
		return node.GetToken().Value
	case ast.AliasType:
		return "an alias that leads nowhere"
	}
	return "nothing"
}
