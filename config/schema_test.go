package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
	draft2020 "github.com/santhosh-tekuri/jsonschema/v6"
)

func TestSchema_IsThatOfTheTypes(t *testing.T) {
	generated := generateSchema(t)
	upToDate(t, "schema.json", generated, schema)
	schema = generated // the tests below are about what the types are now
}

func TestReference_IsThatOfTheTypes(t *testing.T) {
	reference, err := Reference()
	if err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile("../docs/configuration.md")
	if err != nil && !updating() {
		t.Fatal(err)
	}
	upToDate(t, "../docs/configuration.md", reference, written)
}

func TestSchema_AcceptsTheExampleAndRefusesTypos(t *testing.T) {
	check := compileSchema(t)
	if err := check.Validate(parseYAML(t, Example())); err != nil {
		t.Errorf("the example: %v", err)
	}
	for _, typo := range []struct{ old, new string }{
		{"journal:", "jurnal:"},
		{"level: info", "level: loud"},
		{"env:SLACK_BOT_TOKEN", "xoxb-literal"},
		{"port: 5432", "port: 99999"},
		{"drain: 60s", "drain: soon"},
		{"  production:", "  Production:"},
		{"host: db.internal", "hots: db.internal"},
		{"does: [upgrade]", "does: [dance]"},
		{"target: 3.0.0", "target: '3.0'"},
		{"from: 2026-12-23,", "from: tomorrow,"},
		{"      nightly:", "      Nightly:"},
		{"    upcoming:", "    up-coming:"},
		{"audience: users", "audience: everybody"},
		{"tls: starttls", "tls: ssl"},
	} {
		text := bytes.Replace(Example(), []byte(typo.old), []byte(typo.new), 1)
		if bytes.Equal(text, Example()) {
			t.Fatalf("the example has no %q", typo.old)
		}
		if check.Validate(parseYAML(t, text)) == nil {
			t.Errorf("the schema accepts %q", typo.new)
		}
	}
}

func TestSchema_DescribesEveryKey(t *testing.T) {
	d, err := readSchema()
	if err != nil {
		t.Fatal(err)
	}
	for name, def := range d.root.Definitions {
		for p := def.Properties.Oldest(); p != nil; p = p.Next() {
			if p.Value.Description == "" {
				t.Errorf("%s.%s has no comment", name, p.Key)
			}
		}
	}
}

func compileSchema(t *testing.T) *draft2020.Schema {
	t.Helper()
	doc, err := draft2020.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := draft2020.NewCompiler()
	if err := c.AddResource("ktops.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("ktops.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parseYAML(t *testing.T, text []byte) any {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	v, err := draft2020.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

func upToDate(t *testing.T, file string, want, got []byte) {
	t.Helper()
	if updating() {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is stale: run go test ./config -update (-should be +is):\n%s", file, diff)
	}
}

// generateSchema reflects the types and adds what their other tags say.
func generateSchema(t *testing.T) []byte {
	t.Helper()
	r := &jsonschema.Reflector{Anonymous: true, FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, Mapper: textTypes}
	if err := r.AddGoComments("github.com/keeptrusts/ktops/config", "./", jsonschema.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	for name, comment := range r.CommentMap {
		r.CommentMap[name] = sentence(name, comment)
	}
	root := r.Reflect(Config{})
	for _, item := range []any{Environment{}, Window{}, Template{}} {
		maps.Copy(root.Definitions, r.Reflect(item).Definitions)
	}
	addTags(root.Definitions, reflect.TypeFor[Config]())
	whole := root.Definitions["Config"]
	delete(root.Definitions, "Config")
	whole.Version, whole.Definitions, whole.Title = root.Version, root.Definitions, "ktops.yaml"
	whole.PatternProperties = map[string]*jsonschema.Schema{"^x-": jsonschema.TrueSchema}
	text, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// sentence is a comment on one line; a type's begins without the type's name.
func sentence(name, comment string) string {
	text := strings.Join(strings.Fields(comment), " ")
	typeName := name[strings.LastIndex(name, ".")+1:]
	for _, verb := range []string{" is ", " are "} {
		if rest, ok := strings.CutPrefix(text, typeName+verb); ok {
			return strings.ToUpper(rest[:1]) + rest[1:]
		}
	}
	return text
}

// textTypes are the types that are written as text, and the lists that are written
// as a mapping, which are lists in Go to keep their order.
func textTypes(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[Secret]():
		return &jsonschema.Schema{Type: "string", Title: "secret", Pattern: `^(env:\S+|file:.+)$`}
	case reflect.TypeFor[Duration]():
		return &jsonschema.Schema{Type: "string", Title: "length of time", Pattern: `^([0-9]+w)?([0-9]+d)?([0-9.]+(ns|us|ms|s|m|h))*$`}
	case reflect.TypeFor[Size]():
		return &jsonschema.Schema{Type: "string", Title: "size", Pattern: `^[0-9][0-9.,]* ?([kKMGTPE]i?)?[bB]?$`}
	case reflect.TypeFor[Moment]():
		return &jsonschema.Schema{Type: "string", Title: "day or time", Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?$`}
	}
	if t.Kind() == reflect.Slice && namesItems(t) {
		return &jsonschema.Schema{
			Type: "object", PropertyNames: keyNames(t.Elem()),
			AdditionalProperties: &jsonschema.Schema{Ref: "#/$defs/" + t.Elem().Name()},
		}
	}
	return nil
}

// keyNames is what the names of items can be.
func keyNames(item reflect.Type) *jsonschema.Schema {
	name, _ := item.FieldByName("Name")
	names := &jsonschema.Schema{}
	addRules(&jsonschema.Schema{}, names, field{}, name.Tag.Get("validate"))
	return names
}

func addTags(defs jsonschema.Definitions, t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	def := defs[t.Name()]
	if def == nil || def.Properties == nil || t.Kind() != reflect.Struct {
		return
	}
	def.Required = nil
	for _, f := range fieldsOf(t) {
		property, ok := def.Properties.Get(f.name)
		if !ok {
			continue
		}
		sf := t.Field(f.index)
		addRules(def, property, f, sf.Tag.Get("validate"))
		if text := sf.Tag.Get("example"); text != "" {
			property.Examples = []any{text}
		}
		addDefault(property, f)
		addTags(defs, sf.Type)
	}
}

func addRules(def, property *jsonschema.Schema, f field, tag string) {
	for rule := range strings.SplitSeq(tag, ",") {
		key, param, _ := strings.Cut(rule, "=")
		switch key {
		case "dive":
			if property.Items != nil {
				property = property.Items
				def = &jsonschema.Schema{}
			}
		case "required":
			if f.fallback == "" {
				def.Required = append(def.Required, f.name)
			}
		case "oneof":
			for v := range strings.FieldsSeq(param) {
				property.Enum = append(property.Enum, v)
			}
		case "startswith":
			property.Pattern = "^" + param
		case "http_url":
			property.Pattern = "^https?://"
		case "min", "max":
			bound(property, key, param)
		default:
			if r := rules()[key]; r.pattern != "" {
				property.Pattern = r.pattern
			}
		}
	}
}

func bound(property *jsonschema.Schema, key, param string) {
	n, err := strconv.ParseUint(param, 10, 64)
	switch {
	case err != nil: // of a length of time, which a schema cannot compare
	case property.Type == "integer" && key == "min":
		property.Minimum = json.Number(param)
	case property.Type == "integer":
		property.Maximum = json.Number(param)
	case property.Type == "array" && key == "min":
		property.MinItems = &n
	case property.Type == "string" && key == "max":
		property.MaxLength = &n
	}
}

func addDefault(property *jsonschema.Schema, f field) {
	number, err := strconv.Atoi(f.fallback)
	switch {
	case f.fallback == "":
	case property.Type == "integer" && err == nil:
		property.Default = number
	case property.Type == "array":
		property.Default = strings.Split(f.fallback, ",")
	case f.kind.Kind() == reflect.Struct && f.hasFields():
		values := map[string]any{}
		for name, text := range f.inner() {
			values[name] = text
			if n, err := strconv.Atoi(text); err == nil {
				values[name] = n
			}
		}
		property.Default = values
	default:
		property.Default = f.fallback
	}
}
