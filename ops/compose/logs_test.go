package compose

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestRedact(t *testing.T) {
	env := []string{"DATABASE_URL=postgres://kt:s3cret-pw@db/kt", "API_TOKEN=abcd1234", "MODE=production", "EMPTY_KEY="}
	for _, c := range []struct{ text, want string }{
		{"cannot connect to postgres://kt:s3cret-pw@db/kt", "cannot connect to ***"},
		{"dial postgres://kt:other-pw@db2/kt", "dial postgres://kt:***@db2/kt"},
		{"token abcd1234 is refused in production", "token *** is refused in production"},
		{"Authorization: Bearer eyJhbGci.x.y", "Authorization: Bearer ***"},
		{`{"password":"hunter2","user":"kt"}`, `{"password":"***","user":"kt"}`},
		{"\x1b[31mred\x1b[0m\ttext\r\nnext", "[31mred[0mtext\nnext"},
		{"nothing to hide", "nothing to hide"},
	} {
		if got := redact(c.text, env); got != c.want {
			t.Errorf("%q became %q, want %q", c.text, got, c.want)
		}
	}
}

func TestLastBytes_IsBoundedAndBeginsWithALine(t *testing.T) {
	got := lastBytes(strings.Repeat("é line\n", 1000), 100)
	if len(got) > 105 || !strings.HasPrefix(got, "… é line\n") || !utf8.ValidString(got) {
		t.Errorf("%q", got)
	}
	if got := lastBytes("short", 100); got != "short" {
		t.Errorf("%q", got)
	}
}
