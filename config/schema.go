package config

import (
	_ "embed" // the schema is part of the program
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// The schema is generated from the types by `go test -update`, because their
// comments are not in the program.
//
//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of ktops.yaml, for editors.
func Schema() []byte { return slices.Clone(schema) }

// document is the schema as a tree in which names can be followed.
type document struct{ root *jsonschema.Schema }

func readSchema() (document, error) {
	root := &jsonschema.Schema{}
	if err := json.Unmarshal(schema, root); err != nil {
		return document{}, fmt.Errorf("read the embedded schema: %w", err)
	}
	return document{root}, nil
}

// follow is what a $ref refers to, or the schema itself.
func (d document) follow(s *jsonschema.Schema) *jsonschema.Schema {
	if name, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok && d.root.Definitions[name] != nil {
		return d.root.Definitions[name]
	}
	return s
}

// find is the schema of a key such as environments[0].database.host; nil when
// there is none.
func (d document) find(id string) *jsonschema.Schema {
	at := d.root
	for name := range strings.SplitSeq(id, ".") {
		name, _, indexed := strings.Cut(name, "[")
		section := d.follow(at)
		if section.Properties == nil {
			return nil
		}
		property, ok := section.Properties.Get(name)
		if !ok {
			return nil
		}
		at = property
		if indexed && at.Items != nil {
			at = at.Items
		} else if indexed {
			at = at.AdditionalProperties
		}
	}
	return at
}

// hint says what a missing key is for, with an example where there is one.
func hint(id string) string {
	d, err := readSchema()
	if err != nil {
		return ""
	}
	s := d.find(id)
	if s == nil || s.Description == "" {
		return ""
	}
	sentence, _, _ := strings.Cut(s.Description, ". ")
	text := strings.TrimSuffix(sentence, ".")
	if second := text[1:2]; second == strings.ToLower(second) {
		text = strings.ToLower(text[:1]) + text[1:]
	}
	if len(s.Examples) > 0 {
		text += fmt.Sprintf(", such as %v", s.Examples[0])
	}
	return " (" + text + ")"
}
