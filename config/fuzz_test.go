package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/config"
)

func FuzzParse(f *testing.F) {
	f.Add(config.Example())
	files, err := filepath.Glob("testdata/*/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_, err := config.Parse("ktops.yaml", text, everySecret)
		if err == nil {
			return
		}
		var all config.Errors
		if !errors.As(err, &all) {
			t.Fatalf("error = %v, want Errors", err)
		}
		// As source does: a lone carriage return ends a line, too.
		lines := 1 + strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(text)), "\n")
		for _, e := range all {
			if e.Line < 1 || e.Line > lines || e.Column < 1 {
				t.Errorf("%v is outside of the %d lines", e, lines)
			}
			if strings.Count(e.Snippet(), "\n") < 2 {
				t.Errorf("no caret in %q", e.Snippet())
			}
		}
	})
}
