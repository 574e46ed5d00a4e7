package nginx

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"regexp"
	"strings"
	texttemplate "text/template"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// The files of the managed folder.
const (
	confFile  = "ktops.conf"
	pageFile  = "closed.html"
	jsonFile  = "closed.json"
	stateFile = "state.json"
)

//go:embed closed.conf
var closedTemplate string

//go:embed open.conf
var openTemplate string

//go:embed closed.html
var pageTemplate string

// openConf is what stands in the include while callers are let through.
func (e *Edge) openConf() (conf []byte, generation string, err error) {
	return render(openTemplate, map[string]any{"Marker": MarkerHeader})
}

func (e *Edge) closedConf(c ops.Closure) (conf []byte, generation string, err error) {
	return render(closedTemplate, map[string]any{
		"Marker": MarkerHeader, "Inside": e.options.Inside, "Page": pageFile, "JSON": jsonFile,
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

// writePages writes what people and programs read while the edge is closed. nginx
// reads them at each request: no reload is needed.
func (e *Edge) writePages(c ops.Closure) error {
	shown, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return fmt.Errorf("read the page template: %w", err)
	}
	var page bytes.Buffer
	if err := shown.Execute(&page, map[string]any{
		"Environment": c.Environment, "Doing": c.Doing, "Now": c.Now, "StatusURL": e.options.StatusURL,
		"Back": c.Back.UTC().Format("15:04 MST"), "BackDay": c.Back.UTC().Format("Monday, 2 January 2006"),
		"BackISO": c.Back.UTC().Format(time.RFC3339), "Since": c.Since.UTC().Format("15:04 MST"),
	}); err != nil {
		return fmt.Errorf("fill the page template: %w", err)
	}
	body, err := json.Marshal(map[string]any{"error": map[string]any{
		"code": "maintenance", "message": fmt.Sprintf("%s is closed for maintenance (%s) and expected back at %s",
			c.Environment, c.Doing, c.Back.UTC().Format(time.RFC3339)),
		"retry_after": retryAfter(c, time.Now()), "back_at": c.Back.UTC().Format(time.RFC3339),
	}})
	if err != nil {
		return fmt.Errorf("write the answer for programs: %w", err)
	}
	if err := e.replace(pageFile, page.Bytes(), readable); err != nil {
		return err
	}
	return e.replace(jsonFile, append(body, '\n'), readable)
}
