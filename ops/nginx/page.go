package nginx

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

//go:embed closed.html
var pageTemplate string

// writePages writes what people and programs read while the edge is closed. nginx
// reads them at each request: no reload is needed.
func (e *Edge) writePages(ctx context.Context, c ops.Closure) error {
	page, err := e.page(c)
	if err != nil {
		return err
	}
	body, err := e.forPrograms(c, time.Now())
	if err != nil {
		return err
	}
	if err := e.write(ctx, pageFile, page); err != nil {
		return err
	}
	return e.write(ctx, jsonFile, body)
}

func (e *Edge) title(c ops.Closure) string { return cmp.Or(e.options.Title, c.Environment) }

// page is what people read.
func (e *Edge) page(c ops.Closure) ([]byte, error) {
	shown, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return nil, fmt.Errorf("read the page template: %w", err)
	}
	var page bytes.Buffer
	back, since := c.Back.UTC(), c.Since.UTC()
	if err := shown.Execute(&page, map[string]any{
		"Title": e.title(c), "Doing": c.Doing, "Now": c.Now, "StatusURL": e.options.StatusURL,
		"Back": back.Format("15:04 MST"), "BackDay": back.Format("Monday, 2 January 2006"), "BackISO": back.Format(time.RFC3339),
		"Since": since.Format("15:04 MST"), "SinceISO": since.Format(time.RFC3339),
	}); err != nil {
		return nil, fmt.Errorf("fill the page template: %w", err)
	}
	return page.Bytes(), nil
}

// forPrograms is the same in the API's shape of an error.
func (e *Edge) forPrograms(c ops.Closure, now time.Time) ([]byte, error) {
	back := c.Back.UTC().Format(time.RFC3339)
	body, err := json.Marshal(map[string]any{"error": map[string]any{
		"code": "maintenance", "message": fmt.Sprintf("%s is closed for maintenance (%s) and expected back at %s", e.title(c), c.Doing, back),
		"retry_after": retryAfter(c, now), "back_at": back,
	}})
	if err != nil {
		return nil, fmt.Errorf("write the answer for programs: %w", err)
	}
	return append(body, '\n'), nil
}
