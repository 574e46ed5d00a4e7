package ops

import (
	"fmt"
	"strings"
)

// Compatibility is one row of the matrix: what an API line needs around it. The
// columns are lines such as 2.4.x.
type Compatibility struct {
	API     string `json:"api" yaml:"api"`
	Gateway string `json:"gateway" yaml:"gateway"`
	Console string `json:"console" yaml:"console"`
	CLI     string `json:"cli" yaml:"cli"`
	Notes   string `json:"notes,omitempty" yaml:"notes,omitempty"`
}

// Matrix tells which versions of the components work together.
type Matrix []Compatibility

// GuideMatrix is the guide's Version Compatibility Matrix.
func GuideMatrix() Matrix {
	return Matrix{
		{API: "2.5.x", Gateway: "2.4.x", Console: "2.5.x", CLI: "2.4.x", Notes: "Gateway tolerates one minor behind"},
		{API: "2.4.x", Gateway: "2.3.x", Console: "2.4.x", CLI: "2.3.x"},
		{API: "2.3.x", Gateway: "2.2.x", Console: "2.3.x", CLI: "2.2.x"},
	}
}

// Minimum are the lowest versions that work with an API version.
type Minimum struct {
	Gateway, Console, CLI Version
}

// For is what an API version needs. A version beyond the matrix follows the
// guide's rule: gateway and CLI at most one minor behind within the major, the
// console on the same line.
func (m Matrix) For(api Version) (Minimum, error) {
	for _, row := range m {
		if row.API == api.Line() {
			return row.minimum()
		}
	}
	line := Version{Major: api.Major, Minor: api.Minor}
	behind := line
	if behind.Minor > 0 {
		behind.Minor--
	}
	return Minimum{Gateway: behind, Console: line, CLI: behind}, nil
}

// Validate checks that every cell is a line such as 2.4.x.
func (m Matrix) Validate() error {
	for _, row := range m {
		if _, err := parseLine(row.API); err != nil {
			return err
		}
		if _, err := row.minimum(); err != nil {
			return fmt.Errorf("compatibility of API %s: %w", row.API, err)
		}
	}
	return nil
}

func (c Compatibility) minimum() (Minimum, error) {
	var least Minimum
	for _, cell := range []struct {
		text string
		into *Version
	}{{c.Gateway, &least.Gateway}, {c.Console, &least.Console}, {c.CLI, &least.CLI}} {
		v, err := parseLine(cell.text)
		if err != nil {
			return Minimum{}, err
		}
		*cell.into = v
	}
	return least, nil
}

func parseLine(s string) (Version, error) {
	base, ok := strings.CutSuffix(s, ".x")
	if !ok {
		return Version{}, fmt.Errorf("%q is not a line such as 2.4.x", s)
	}
	v, err := ParseVersion(base + ".0")
	if err != nil {
		return Version{}, fmt.Errorf("%q is not a line such as 2.4.x", s)
	}
	return v, nil
}
