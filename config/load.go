package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// LookupEnv finds an environment variable, as os.LookupEnv does.
type LookupEnv func(name string) (string, bool)

// maxFile is the size up to which a file can be a configuration.
const maxFile = 1 << 20

// Load reads a ktops.yaml with its secrets. When anything is wrong with it, the
// error is an Errors with all of it.
func Load(file string, lookup LookupEnv) (*Config, error) {
	info, err := os.Stat(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no configuration at %s; `ktops config example` prints one to begin with", file)
	}
	if err == nil && info.Size() > maxFile {
		return nil, fmt.Errorf("%s is larger than 1 MB, which no configuration is", file)
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(file, text, lookup)
}

// Parse is Load for a text that was read already. The name of the file is for
// errors, and its folder is where relative file: secrets are.
func Parse(file string, text []byte, lookup LookupEnv) (*Config, error) {
	d := &decoder{report: &report{src: newSource(file, text), places: map[string]place{}}}
	c := &Config{}
	if body := d.parse(text); body != nil {
		d.anchors = anchorsOf(body)
		d.value(body, reflect.ValueOf(c).Elem(), path{})
		if !d.gaveUp {
			d.validate(c)
			c.Warnings = d.resolveSecrets(filepath.Dir(file), lookup)
			d.crossCheck(c)
		}
	}
	if errs := d.list(); len(errs) > 0 {
		return nil, errs
	}
	return c, nil
}

// parse is the tree of the file; nil when it has none, which is reported.
func (d *decoder) parse(text []byte) ast.Node {
	tree, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		d.src.maskByName()
		d.at(syntax.GetToken(), path{}, "this is not YAML: "+syntax.GetMessage(), "")
		return nil
	}
	if err != nil {
		d.at(nil, path{}, "this is not YAML", "")
		return nil
	}
	var bodies []*ast.DocumentNode
	for _, doc := range tree.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType && doc.Body.Type() != ast.NullType {
			bodies = append(bodies, doc)
		}
	}
	switch len(bodies) {
	case 0:
		d.at(nil, path{}, "the file is empty", "`ktops config example` prints one to begin with")
		return nil
	case 1:
		return bodies[0].Body
	}
	d.at(start(bodies[1].Body), path{}, "a second document begins here", "keep one document in the file")
	return nil
}
