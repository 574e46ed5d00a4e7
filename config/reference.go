package config

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

const referenceHead = `# Configuration

<!-- Generated from the types of package config by "go test ./config -update". -->

ktops reads one file, ` + "`/etc/ktops/ktops.yaml`" + ` unless told otherwise. ` + "`ktops config check`" + ` reads it as the
daemon would and reports everything that is wrong at once; ` + "`ktops config example`" + ` prints the
[example](#example) below, and ` + "`ktops config schema`" + ` a JSON Schema for editors. The daemon takes a
changed file on SIGHUP or ` + "`ktops reload`" + `, and keeps the old one when the new one is not valid.

- **Secrets** are never written in the file: ` + "`env:NAME`" + ` is an environment variable, ` + "`file:PATH`" + ` a file that
  holds nothing else, relative to the folder of ktops.yaml. They are read when the file is.
- **Lengths of time** are ` + "`90s`, `2h30m`, `30d`, `2w`" + `. **Sizes** are ` + "`500MB`" + ` (powers of 1000) or ` + "`10GiB`" + ` (of 1024).
- **Unknown keys** are errors. A key that begins with ` + "`x-`" + ` at the top of the file is ignored and may hold YAML
  anchors; ` + "`*alias` and `<<`" + ` work everywhere.
`

// Reference is the documentation of every key, in Markdown.
func Reference() ([]byte, error) {
	d, err := readSchema()
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString(referenceHead)
	d.section(&b, "", d.root, "The whole file.")
	fmt.Fprintf(&b, "\n## Example\n\n```yaml\n%s```\n", example)
	return []byte(b.String()), nil
}

// section writes a table of the keys of s, and then the sections below it.
func (d document) section(b *strings.Builder, key string, s *jsonschema.Schema, about string) {
	title := "`" + key + "`"
	if key == "" {
		title = "Top level"
	}
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n| Key | Type | Default | Meaning |\n|---|---|---|---|\n", title, about)
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", p.Key, d.typeName(p.Value), d.fallback(s, p.Key, p.Value), meaning(p.Value))
	}
	for _, below := range d.below(key, s) {
		d.section(b, below.title, below.schema, below.schema.Description)
	}
}

// subsection is a section with the keys that lead to it.
type subsection struct {
	title  string
	schema *jsonschema.Schema
}

// below are the sections inside s. Neighbours of one type are described once.
func (d document) below(key string, s *jsonschema.Schema) []subsection {
	var list []subsection
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		value, name := p.Value, p.Key
		switch {
		case value.Items != nil:
			value, name = value.Items, name+"[]"
		case value.Ref == "" && value.AdditionalProperties != nil:
			value, name = value.AdditionalProperties, name+".NAME"
		}
		inner := d.follow(value)
		if inner.Properties == nil {
			continue
		}
		title := strings.TrimPrefix(key+"."+name, ".")
		if i := slices.IndexFunc(list, func(s subsection) bool { return s.schema == inner }); i >= 0 {
			list[i].title += "`, `" + title
			continue
		}
		list = append(list, subsection{title, inner})
	}
	return list
}

func (d document) typeName(s *jsonschema.Schema) string {
	switch t := d.follow(s); {
	case len(t.Enum) > 0:
		return fmt.Sprintf("`%s`", strings.Join(texts(t.Enum), "`, `"))
	case t.Title != "":
		return t.Title
	case t.Items != nil:
		return "list of " + d.typeName(t.Items)
	case t.Properties != nil || t.Type == "object":
		return "section"
	case t.Type == "integer":
		return "whole number"
	case t.Type == "boolean":
		return "true or false"
	}
	return "text"
}

// fallback is the default; a section's is told at its keys.
func (d document) fallback(parent *jsonschema.Schema, key string, s *jsonschema.Schema) string {
	switch value := s.Default.(type) {
	case nil:
		if slices.Contains(parent.Required, key) {
			return "required"
		}
		return ""
	case string:
		return "`" + value + "`"
	default:
		text, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		return "`" + string(text) + "`"
	}
}

func meaning(s *jsonschema.Schema) string {
	text := strings.ReplaceAll(s.Description, "|", `\|`)
	if len(s.Examples) > 0 {
		text += fmt.Sprintf(" Example: `%v`.", s.Examples[0])
	}
	return text
}

func texts(values []any) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = fmt.Sprint(v)
	}
	return list
}
