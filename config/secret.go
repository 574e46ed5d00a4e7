package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Secret is a value that the file only refers to, as env:NAME or file:PATH.
// However it is printed, logged or encoded, it shows the reference: only Reveal
// gives the value.
type Secret struct {
	reference string
	// value sits behind a pointer because fmt, when it prints a struct's
	// unexported fields, does not ask their methods.
	value *string
}

var errLiteral = errors.New("must not stand in the file: write env:NAME for an environment variable, or file:PATH")

// NewSecret is a secret with its value, for tools and tests that have no file.
func NewSecret(reference, value string) Secret {
	return Secret{reference: reference, value: &value}
}

// Reveal is the value; empty when there is none.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether the file has no such secret.
func (s Secret) IsZero() bool { return s.reference == "" && s.value == nil }

// String is the reference.
func (s Secret) String() string {
	if s.reference == "" && s.value != nil {
		return "***"
	}
	return s.reference
}

// GoString keeps %#v from showing more than String.
func (s Secret) GoString() string { return fmt.Sprintf("config.Secret(%q)", s.String()) }

// Format keeps every other verb from showing more than String.
func (s Secret) Format(f fmt.State, verb rune) {
	text := s.String()
	if verb == 'v' && f.Flag('#') {
		text = s.GoString()
	}
	// A failed write to a formatter has nobody to report to.
	_, _ = io.WriteString(f, text)
}

// MarshalText writes the reference, also in JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue is the reference.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// UnmarshalText reads a reference. Its errors never repeat the text, which may
// be the secret itself.
func (s *Secret) UnmarshalText(text []byte) error {
	kind, rest, ok := strings.Cut(string(text), ":")
	if !ok || (kind != "env" && kind != "file") {
		return errLiteral
	}
	if rest == "" || (kind == "env" && strings.ContainsAny(rest, " \t\n=")) {
		return fmt.Errorf("must name something after %q", kind+":")
	}
	*s = Secret{reference: string(text)}
	return nil
}
