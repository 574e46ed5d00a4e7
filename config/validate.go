package config

import (
	"errors"
	"reflect"
	"strings"

	"github.com/go-playground/validator/v10"
)

// validate checks every value by the rules in the tags of the types.
func (d *decoder) validate(c *Config) {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name := f.Tag.Get("yaml")
		if name == "-" {
			return ""
		}
		return name
	})
	v.RegisterCustomTypeFunc(func(f reflect.Value) any { return f.Interface().(Secret).String() }, Secret{})
	v.RegisterCustomTypeFunc(func(f reflect.Value) any { return f.Interface().(Duration).Std() }, Duration(0))
	v.RegisterCustomTypeFunc(func(f reflect.Value) any { return f.Interface().(Moment).String() }, Moment{})
	for tag, check := range checks() {
		err := v.RegisterValidation(tag, func(fl validator.FieldLevel) bool { return check(fl.Field().String()) })
		if err != nil {
			d.at(nil, path{}, "cannot be checked: "+err.Error(), "")
			return
		}
	}
	var invalid validator.ValidationErrors
	if !errors.As(v.Struct(c), &invalid) {
		return
	}
	for _, e := range invalid {
		id := strings.TrimPrefix(e.Namespace(), "Config.")
		if e.Tag() == "required" && !d.has(id) {
			d.missing(id)
			continue
		}
		problem, try := explain(e)
		d.key(id, problem, try)
	}
}

// missing reports a required key once for the section that lacks it, and not
// again for every key that the section would have needed.
func (d *decoder) missing(id string) {
	absent := id
	for above := parent(id); above != "" && !d.has(above); above = parent(above) {
		absent = above
	}
	d.key(absent, "is missing"+hint(absent), "")
}
