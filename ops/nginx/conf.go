package nginx

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	texttemplate "text/template"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

//go:embed closed.conf
var closedTemplate string

//go:embed open.conf
var openTemplate string

// openConf is what stands in the include while callers are let through.
func (e *Edge) openConf() (conf []byte, generation string, err error) {
	return render(openTemplate, map[string]any{"Marker": MarkerHeader})
}

func (e *Edge) closedConf(c ops.Closure) (conf []byte, generation string, err error) {
	return render(closedTemplate, map[string]any{
		"Marker": MarkerHeader, "Inside": e.options.Inside, "State": stateFile, "Page": pageFile, "JSON": jsonFile,
		"Header": variable("http_", BypassHeader), "Cookie": "cookie_" + BypassCookie, "Secret": e.options.Bypass(),
		"Open": pattern(e.options.OpenPaths), "JSONPaths": pattern(e.options.JSONPaths),
		"RetryAfter": retryAfter(c, time.Now()),
	})
}

// variable is nginx's name for a request header.
func variable(prefix, header string) string {
	return prefix + strings.ToLower(strings.ReplaceAll(header, "-", "_"))
}

// pattern matches the paths: exactly, or everything below those that end in a
// slash; one that matches nothing where there are none.
func pattern(paths []string) string {
	if len(paths) == 0 {
		return "^$"
	}
	var parts []string
	for _, p := range paths {
		quoted := regexp.QuoteMeta(p)
		if !strings.HasSuffix(p, "/") {
			quoted += "$"
		}
		parts = append(parts, quoted)
	}
	return "^(" + strings.Join(parts, "|") + ")"
}

// render fills a configuration in, and names it by its content: what answers with
// that name has loaded it.
func render(text string, data map[string]any) (conf []byte, generation string, err error) {
	shown, err := texttemplate.New("conf").Parse(text)
	if err != nil {
		return nil, "", fmt.Errorf("read the configuration template: %w", err)
	}
	for range 2 { // without its name, then with it
		var body bytes.Buffer
		data["Generation"] = generation
		if err := shown.Execute(&body, data); err != nil {
			return nil, "", fmt.Errorf("fill the configuration template: %w", err)
		}
		if conf = body.Bytes(); generation == "" {
			sum := sha256.Sum256(conf)
			generation = hex.EncodeToString(sum[:6])
		}
	}
	return conf, generation, nil
}
