package compose

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"
)

const (
	logLines = "20"
	logBytes = 2000
)

var (
	secretName = regexp.MustCompile(`(?i)pass|secret|token|key|credential|dsn|url|auth|cookie|salt`)
	secretText = []*regexp.Regexp{
		regexp.MustCompile(`(://[^:/@\s]*:)[^@\s]+(@)`),
		regexp.MustCompile(`(?i)((?:bearer|basic)\s+)\S+()`),
		regexp.MustCompile(`(?i)((?:password|passwd|secret|token|api_?key)["']?\s*[=:]\s*["']?)[^\s"',;]+()`),
	}
)

// lastWords are the last lines of a container's log for an error message:
// bounded, on printable lines, and without the secrets that it was started with.
func (p *Platform) lastWords(ctx context.Context, i instance) string {
	stream, err := p.engine.ContainerLogs(ctx, i.id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Tail: logLines})
	if err != nil {
		return ""
	}
	defer stream.Close()
	var text bytes.Buffer
	bounded := io.LimitReader(stream, 1<<20)
	if i.terminal {
		_, err = io.Copy(&text, bounded)
	} else {
		_, err = stdcopy.StdCopy(&text, &text, bounded)
	}
	if err != nil && text.Len() == 0 {
		return ""
	}
	return lastBytes(redact(text.String(), i.env), logBytes)
}

// withLastWords adds a container's last words to what is wrong with it.
func (p *Platform) withLastWords(ctx context.Context, i instance, failure error) error {
	words := p.lastWords(ctx, i)
	if words == "" {
		return failure
	}
	return fmt.Errorf("%w; its log ends with:\n%s", failure, words)
}

// redact takes out what may be secret: values of the container's environment
// whose names sound so, and what looks like a password wherever it stands.
func redact(text string, env []string) string {
	for _, assignment := range env {
		name, value, _ := strings.Cut(assignment, "=")
		if len(value) >= 4 && secretName.MatchString(name) {
			text = strings.ReplaceAll(text, value, "***")
		}
	}
	for _, pattern := range secretText {
		text = pattern.ReplaceAllString(text, "${1}***${2}")
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text))
}

func lastBytes(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	text = text[len(text)-limit:]
	if _, rest, ok := strings.Cut(text, "\n"); ok {
		text = rest
	}
	return "… " + strings.ToValidUTF8(text, "")
}
