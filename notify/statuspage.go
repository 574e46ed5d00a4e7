package notify

import (
	"bytes"
	"context"
	_ "embed" // the page
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

const (
	// statusFresh is how long a status is given to whoever asks: everybody may.
	statusFresh = 5 * time.Second
	// statusTimeout bounds one look.
	statusTimeout = 5 * time.Second
)

//go:embed status.html
var statusHTML string

// StatusPage answers GET /status and GET /status.json, to everybody.
type StatusPage struct {
	source StatusSource
	log    *logrus.Entry
	page   *template.Template

	mu     sync.Mutex
	places map[string]Place
	public bool
	told   Status
	until  time.Time // when told is looked at anew
}

// NewStatusPage is a page that is not public before Configure says so.
func NewStatusPage(source StatusSource, log *logrus.Entry) (*StatusPage, error) {
	page, err := template.New("status").Funcs(template.FuncMap{
		"when": when, "clock": clock, "length": func(seconds float64) string { return length(time.Duration(seconds * float64(time.Second))) },
		"iso": func(t time.Time) string { return t.UTC().Format(time.RFC3339) }, "outcome": outcomeText,
	}).Parse(statusHTML)
	if err != nil {
		return nil, fmt.Errorf("read the status page: %w", err)
	}
	return &StatusPage{source: source, log: log, page: page}, nil
}

// Configure replaces what the configuration says, as a reload does.
func (p *StatusPage) Configure(public bool, places map[string]Place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.public, p.places, p.until = public, places, time.Time{}
}

// ServeHTTP is the page, or JSON where the path ends so.
func (p *StatusPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, public, err := p.status(r.Context())
	switch {
	case !public:
		http.NotFound(w, r)
		return
	case err != nil:
		p.log.WithError(err).Error("cannot tell the status")
		http.Error(w, "The status cannot be told at this moment.", http.StatusServiceUnavailable)
		return
	}
	var body bytes.Buffer
	kind := "application/json"
	if r.URL.Path == "/status.json" {
		encoder := json.NewEncoder(&body)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(status)
	} else {
		kind = "text/html; charset=utf-8"
		err = p.page.Execute(&body, status)
	}
	if err != nil {
		p.log.WithError(err).Error("cannot write the status")
		http.Error(w, "The status cannot be told at this moment.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(statusFresh.Seconds())))
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(body.Bytes()) // who asked may have gone
}

// status is a fresh one, looked at once for all who ask meanwhile.
func (p *StatusPage) status(ctx context.Context) (status Status, public bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.public || time.Now().Before(p.until) {
		return p.told, p.public, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), statusTimeout)
	defer cancel()
	status, err = statusOf(ctx, p.source, p.places, p.log)
	if err == nil {
		p.told, p.until = status, time.Now().Add(statusFresh)
	}
	return status, true, err
}

func outcomeText(f FinishedWork) string {
	switch f.Outcome {
	case ops.Succeeded:
		return "done"
	case ops.RolledBack:
		return "put back as it was"
	}
	return "ended early"
}
