package compose

import (
	"strings"
	"testing"
)

func TestReadable_OnlyAnswersThatReadTables(t *testing.T) {
	for status, want := range map[int]string{
		200: "", 204: "", 101: "answers 101", 302: "set trials.reads", 304: "set trials.reads",
		401: "set checks.api_token", 403: "set checks.api_token", 404: "set trials.reads", 500: "answers 500",
	} {
		err := readable("/v1/exports", status)
		if (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("%d: %v, want %q", status, err, want)
		}
	}
}
