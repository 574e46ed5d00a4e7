package ops

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Version is a released version of Keeptrusts, such as 2.5.0. The zero value
// means unknown.
type Version struct {
	Major, Minor, Patch uint64
	Pre                 string
}

// ParseVersion reads a complete version, with or without a leading v. Build
// metadata is refused, for no image tag can have it, and so is 0.0.0.
func ParseVersion(s string) (Version, error) {
	v, err := semver.StrictNewVersion(strings.TrimPrefix(strings.TrimSpace(s), "v"))
	if err != nil || v.Metadata() != "" || v.Equal(&semver.Version{}) {
		return Version{}, fmt.Errorf("%q is not a version such as 2.5.0", s)
	}
	return Version{Major: v.Major(), Minor: v.Minor(), Patch: v.Patch(), Pre: v.Prerelease()}, nil
}

// String is the version as people and image tags write it: 2.5.0.
func (v Version) String() string {
	if v.IsZero() {
		return "unknown"
	}
	s := fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
	if v.Pre != "" {
		s += "-" + v.Pre
	}
	return s
}

// Line is the compatibility line of a version: 2.5.x.
func (v Version) Line() string { return fmt.Sprintf("%d.%d.x", v.Major, v.Minor) }

// IsZero reports whether the version is unknown.
func (v Version) IsZero() bool { return v == Version{} }

// Compare orders versions as semantic versioning 2.0.0 §11 does.
func (v Version) Compare(w Version) int {
	return v.semver().Compare(w.semver())
}

// CompareLine orders versions by major and minor only.
func (v Version) CompareLine(w Version) int {
	v.Patch, v.Pre, w.Patch, w.Pre = 0, "", 0, ""
	return v.Compare(w)
}

func (v Version) semver() *semver.Version {
	return semver.New(v.Major, v.Minor, v.Patch, v.Pre, "")
}

// MarshalText writes the version as 2.5.0, and an unknown one as nothing.
func (v Version) MarshalText() ([]byte, error) {
	if v.IsZero() {
		return nil, nil
	}
	return []byte(v.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (v *Version) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*v = Version{}
		return nil
	}
	parsed, err := ParseVersion(string(text))
	if err != nil {
		return err
	}
	*v = parsed
	return nil
}
