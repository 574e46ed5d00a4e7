package config

import (
	"encoding"
	"errors"
	"math"
	"reflect"
	"strconv"

	"github.com/goccy/go-yaml/ast"
)

// text fills a type that reads itself from text. What should have been a secret
// is never quoted.
func (d *decoder) text(node ast.Node, into encoding.TextUnmarshaler, p path) {
	secret, isSecret := into.(*Secret)
	written, ok := textOf(node)
	if !ok {
		if isSecret {
			d.maskAll(node)
		}
		d.wrongType(node, p, "text", "")
		return
	}
	if err := into.UnmarshalText([]byte(written)); err != nil {
		if isSecret {
			d.maskAll(node)
		}
		d.at(node.GetToken(), p, err.Error(), "")
		return
	}
	if isSecret {
		d.secrets = append(d.secrets, secretAt{secret, p})
	}
}

func (d *decoder) scalar(node ast.Node, into reflect.Value, p path) {
	switch into.Kind() {
	case reflect.String:
		d.stringInto(node, into, p)
	case reflect.Bool:
		n, ok := node.(*ast.BoolNode)
		if !ok {
			d.wrongType(node, p, "true or false", "")
			return
		}
		into.SetBool(n.Value)
	default:
		d.intInto(node, into, p)
	}
}

// stringInto takes text only: 2.10 would lose its zero, and yes would become true.
func (d *decoder) stringInto(node ast.Node, into reflect.Value, p path) {
	switch node.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		text, _ := textOf(node)
		into.SetString(text)
	case ast.ScalarNode:
		d.wrongType(node, p, "text", `put it in quotes: "`+node.GetToken().Value+`"`)
	default:
		d.wrongType(node, p, "text", "")
	}
}

func (d *decoder) intInto(node ast.Node, into reflect.Value, p path) {
	n, ok := node.(*ast.IntegerNode)
	if !ok {
		d.notInt(node, p)
		return
	}
	switch v := n.Value.(type) {
	case int64:
		into.SetInt(v)
	case uint64:
		if v > math.MaxInt64 {
			d.at(node.GetToken(), p, "is too large a number", "")
			return
		}
		into.SetInt(int64(v))
	}
}

func (d *decoder) notInt(node ast.Node, p path) {
	text, _ := textOf(node)
	_, err := strconv.Atoi(text)
	switch {
	case errors.Is(err, strconv.ErrRange):
		d.at(node.GetToken(), p, "is too large a number", "")
	case err == nil:
		d.wrongType(node, p, "a whole number", "remove the quotes")
	default:
		d.wrongType(node, p, "a whole number", "")
	}
}

// textOf is a scalar as it was written.
func textOf(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		if n.Value == nil {
			return "", true
		}
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, true
	}
	return "", false
}
