package compose

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"strings"
	"unicode"

	"github.com/compose-spec/compose-go/v2/dotenv"
)

// plainValue is a value that needs no quoting anywhere, as versions are.
var plainValue = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]*$`)

var errUnsafe = errors.New("the file is written in a way that ktops cannot change safely: put NAME=value on a line of its own")

// hiddenDollar stands for a dollar sign while a file is parsed.
const hiddenDollar = "\x1a"

// readVariable is the value of a variable in an env file; a file that is not
// there has none.
func readVariable(file, name string) (string, error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	values, err := parseEnv(content)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", file, err)
	}
	return values[name], nil
}

// writeVariable sets one variable in an env file and leaves every other byte as
// it is. The file is replaced in one step, with its mode and owner; a symbolic
// link stays one.
func writeVariable(file, name, value string) error {
	content, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("pin %s: %w", name, err)
	}
	changed, err := setVariable(content, name, value)
	if err != nil {
		return fmt.Errorf("pin %s in %s: %w", name, file, err)
	}
	if bytes.Equal(changed, content) {
		return nil
	}
	if err := replaceFile(file, changed); err != nil {
		return fmt.Errorf("pin %s in %s: %w", name, file, err)
	}
	return nil
}

// setVariable is the content with one variable set. What it made is read back
// with Compose's own parser: were anything else different, it refuses.
func setVariable(content []byte, name, value string) ([]byte, error) {
	if !plainValue.MatchString(value) {
		return nil, fmt.Errorf("%q is not a plain value", value)
	}
	before, err := parseEnv(content)
	if err != nil {
		return nil, err
	}
	old, had := before[name]
	if had && old == value {
		return content, nil
	}
	changed := appendLine(content, name+"="+value)
	if had {
		at, ok := findValue(content, name)
		if !ok {
			return nil, errUnsafe
		}
		changed = bytes.Join([][]byte{content[:at.from], []byte(value), content[at.to:]}, nil)
	}
	after, err := parseEnv(changed)
	before[name] = value
	if err != nil || !maps.Equal(before, after) {
		return nil, errUnsafe
	}
	return changed, nil
}

// parseEnv reads an env file as Compose does, except that variables in values
// are not filled in: how a value is written is what must not change.
func parseEnv(content []byte) (map[string]string, error) {
	text := strings.ReplaceAll(strings.TrimPrefix(string(content), "\ufeff"), "$", hiddenDollar)
	values, err := dotenv.UnmarshalWithLookup(text, func(string) (string, bool) { return "", false })
	for key, value := range values {
		values[key] = strings.ReplaceAll(value, hiddenDollar, "$")
	}
	return values, err
}

func appendLine(content []byte, line string) []byte {
	end := "\n"
	if bytes.Contains(content, []byte("\r\n")) {
		end = "\r\n"
	}
	changed := bytes.Clone(content)
	if len(changed) > 0 && changed[len(changed)-1] != '\n' {
		changed = append(changed, end...)
	}
	return append(changed, line+end...)
}

// span is where a value stands, without its quotes.
type span struct{ from, to int }

// findValue is where the last value of a variable stands, the one that counts.
// Lines inside a quoted value of another variable are not taken for assignments.
func findValue(content []byte, name string) (span, bool) {
	var found span
	ok := false
	for at := 0; at < len(content); {
		key, value, next := statement(content, at)
		if key == name {
			found, ok = value, true
		}
		at = next
	}
	return found, ok
}

// statement reads one line, or several when a quoted value has several, from at.
// The key is empty when the line is no assignment.
func statement(content []byte, at int) (key string, value span, next int) {
	end := at + lineLength(content[at:])
	line := content[at:end]
	sign := bytes.IndexAny(line, "=:")
	if sign < 0 || strings.HasPrefix(strings.TrimSpace(string(line)), "#") {
		return "", span{}, end
	}
	key = strings.TrimSpace(strings.TrimPrefix(string(line[:sign]), "\ufeff"))
	if rest, ok := strings.CutPrefix(key, "export"); ok && strings.TrimSpace(rest) != rest {
		key = strings.TrimSpace(rest)
	}
	from := end - len(bytes.TrimLeftFunc(content[at+sign+1:end], isSpace))
	if from < end && (content[from] == '"' || content[from] == '\'') {
		if to, ok := closingQuote(content, from); ok {
			return key, span{from + 1, to}, to + lineLength(content[to:])
		}
	}
	return key, plain(content, at+sign+1, from, end), end
}

// plain is where an unquoted value stands: up to a comment or the line's end.
func plain(content []byte, sign, from, end int) span {
	text, _, _ := bytes.Cut(content[from:end], []byte(" #"))
	text = bytes.TrimRightFunc(text, unicode.IsSpace)
	if len(text) == 0 || text[0] == '#' {
		return span{sign, sign}
	}
	return span{from, from + len(text)}
}

func closingQuote(content []byte, open int) (int, bool) {
	escaped := false
	for i := open + 1; i < len(content); i++ {
		switch {
		case escaped:
			escaped = false
		case content[i] == '\\':
			escaped = true
		case content[i] == content[open]:
			return i, true
		}
	}
	return 0, false
}

// isSpace is what Compose skips before a value: unicode.IsSpace but for line ends.
func isSpace(r rune) bool { return r != '\n' && unicode.IsSpace(r) && r <= 0xA0 }

func lineLength(content []byte) int {
	if i := bytes.IndexByte(content, '\n'); i >= 0 {
		return i + 1
	}
	return len(content)
}
