package config

import (
	"encoding"
	"iter"
	"reflect"
	"strconv"
	"strings"
)

// field is a key that a struct has in the file.
type field struct {
	index    int
	name     string
	fallback string // what it is when the file does not say
	kind     reflect.Type
}

type fields []field

func fieldsOf(t reflect.Type) fields {
	var list fields
	for i := range t.NumField() {
		f := t.Field(i)
		if name := f.Tag.Get("yaml"); name != "" && name != "-" {
			list = append(list, field{i, name, f.Tag.Get("default"), f.Type})
		}
	}
	return list
}

func (fs fields) find(name string) (field, bool) {
	for _, f := range fs {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

func (fs fields) names() []string {
	names := make([]string, len(fs))
	for i, f := range fs {
		names[i] = f.name
	}
	return names
}

// hasFields tells a section from a struct that is written as text, as a Secret is.
func (f field) hasFields() bool {
	return !reflect.PointerTo(f.kind).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// inner are the defaults that a section gives to its own fields: "name=a port=1".
func (f field) inner() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for pair := range strings.FieldsSeq(f.fallback) {
			name, text, _ := strings.Cut(pair, "=")
			if !yield(name, text) {
				return
			}
		}
	}
}

// setText sets a field from a default, which a test proves to be well formed.
func setText(into reflect.Value, text string) error {
	if u, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch into.Kind() {
	case reflect.String:
		into.SetString(text)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		into.SetInt(int64(n))
		return err
	case reflect.Slice:
		items := strings.Split(text, ",")
		into.Set(reflect.MakeSlice(into.Type(), len(items), len(items)))
		for i, item := range items {
			if err := setText(into.Index(i), item); err != nil {
				return err
			}
		}
	}
	return nil
}
