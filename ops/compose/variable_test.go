package compose

import (
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

func TestFindPin(t *testing.T) {
	for _, c := range []struct {
		image  string
		values map[string]string
		want   tagPin
	}{
		{"keeptrusts/api:${V}", nil, tagPin{Variable: "V"}},
		{"keeptrusts/api:$V", nil, tagPin{Variable: "V"}},
		{"keeptrusts/api:${V:-2.4.3}", nil, tagPin{Variable: "V"}},
		{"keeptrusts/api:${V:?set it}", nil, tagPin{Variable: "V"}},
		{"keeptrusts/api:v${V}-alpine", nil, tagPin{Variable: "V", Before: "v", After: "-alpine"}},
		{"${REGISTRY:-localhost:5000}/api:${V}", nil, tagPin{Variable: "V"}},
		{"${REGISTRY}/api:${V}", map[string]string{"REGISTRY": "localhost:5000"}, tagPin{Variable: "V"}},
		{"keeptrusts/api:${API:-${V}}", map[string]string{"V": "2.4.3"}, tagPin{Variable: "API"}},
		{"keeptrusts/api:${V}", map[string]string{"V": "v2.4.3"}, tagPin{Variable: "V", V: true}},
		{"keeptrusts/api:2.4.3", nil, tagPin{}},
		{"${REGISTRY}/api:2.4.3", map[string]string{"REGISTRY": "localhost:5000"}, tagPin{}},
		{"keeptrusts/${NAME}", nil, tagPin{}},
		{"keeptrusts/api:${V}@sha256:0000", nil, tagPin{}},
		{"keeptrusts/api:$${V}", nil, tagPin{}},
		{"", nil, tagPin{}},
	} {
		got, ok := findPin(c.image, c.values)
		if got != c.want || ok != (c.want.Variable != "") {
			t.Errorf("%s: %+v, %v; want %+v", c.image, got, ok, c.want)
		}
	}
}

func TestTagPin_ReadsAndWritesVersionsAsTheyAreWritten(t *testing.T) {
	v := ops.Version{Major: 2, Minor: 5}
	for _, c := range []struct {
		pin          tagPin
		image, value string
	}{
		{tagPin{}, "localhost:5000/api:2.5.0", "2.5.0"},
		{tagPin{V: true}, "api:v2.5.0", "v2.5.0"},
		{tagPin{Before: "v", After: "-alpine"}, "api:v2.5.0-alpine", "2.5.0"},
	} {
		if got := c.pin.version(c.image); got != v {
			t.Errorf("%s is version %s", c.image, got)
		}
		if got := c.pin.value(v); got != c.value {
			t.Errorf("%+v writes %q, want %q", c.pin, got, c.value)
		}
	}
	for _, image := range []string{"api", "api:latest", "localhost:5000/api", "api@sha256:0000"} {
		if got := (tagPin{}).version(image); !got.IsZero() {
			t.Errorf("%s is version %s", image, got)
		}
	}
}
