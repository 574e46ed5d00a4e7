package config

import (
	_ "embed" // the example is part of the program
	"slices"
)

//go:embed example.yaml
var example []byte

// Example is a whole configuration with a comment at every setting.
func Example() []byte { return slices.Clone(example) }
