package ops_test

import (
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

func TestMatrix_For(t *testing.T) {
	own := append(ops.GuideMatrix(), ops.Compatibility{API: "2.7.x", Gateway: "2.5.x", Console: "2.7.x", CLI: "2.5.x"})
	for api, want := range map[string][3]string{
		"2.5.3": {"2.4.0", "2.5.0", "2.4.0"}, // the guide's row
		"2.3.0": {"2.2.0", "2.3.0", "2.2.0"},
		"2.7.1": {"2.5.0", "2.7.0", "2.5.0"}, // configured
		"2.9.0": {"2.8.0", "2.9.0", "2.8.0"}, // the rule beyond: one minor behind
		"3.0.0": {"3.0.0", "3.0.0", "3.0.0"}, // within a major only
	} {
		got, err := own.For(version(t, api))
		if err != nil || got.Gateway.String() != want[0] || got.Console.String() != want[1] || got.CLI.String() != want[2] {
			t.Errorf("API %s needs %v, got %+v %v", api, want, got, err)
		}
	}
}

func TestMatrix_ValidateNamesTheBadCell(t *testing.T) {
	for _, row := range []ops.Compatibility{
		{API: "2.6", Gateway: "2.5.x", Console: "2.6.x", CLI: "2.5.x"},
		{API: "2.6.x", Gateway: "two", Console: "2.6.x", CLI: "2.5.x"},
		{API: "2.6.x", Gateway: "2.5.x", Console: "2.6.x"},
	} {
		if err := (ops.Matrix{row}).Validate(); err == nil {
			t.Errorf("%+v was accepted", row)
		}
	}
	if err := ops.GuideMatrix().Validate(); err != nil {
		t.Error(err)
	}
}

func TestParseVersion(t *testing.T) {
	for in, want := range map[string]string{"2.5.0": "2.5.0", "v2.5.0": "2.5.0", " 2.5.0-rc.1 ": "2.5.0-rc.1"} {
		if got, err := ops.ParseVersion(in); err != nil || got.String() != want {
			t.Errorf("%q: %s %v", in, got, err)
		}
	}
	for _, in := range []string{"", "2.5", "latest", "2.5.0.1", "-1.0.0", "2.5.0;rm"} {
		if got, err := ops.ParseVersion(in); err == nil {
			t.Errorf("%q was read as %s", in, got)
		}
	}
	if version(t, "2.5.0-rc.1").Compare(version(t, "2.5.0")) >= 0 {
		t.Error("a release candidate comes before its release")
	}
}

func FuzzParseVersion(f *testing.F) {
	f.Add("v2.5.0-rc.1")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ops.ParseVersion(s)
		if err != nil {
			return
		}
		again, err := ops.ParseVersion(v.String())
		if err != nil || again != v {
			t.Errorf("%q: %v is not read back: %v %v", s, v, again, err)
		}
	})
}
