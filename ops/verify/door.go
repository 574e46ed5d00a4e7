package verify

import (
	"errors"
	"net/http"
	"net/url"
)

// Door is how the closed edge is passed, so that the platform is verified before
// callers are let in again. The zero Door passes nothing.
type Door struct {
	// Edge is the edge's address: only requests to it carry the secret.
	Edge string
	// Header carries it.
	Header string
	Secret Secret
}

// errClosed is an answer of the closed edge: announced, and so no failure.
var errClosed = errors.New("the edge is closed")

// through is a transport that shows the secret at the edge, and nowhere else.
func (d Door) through(next http.RoundTripper) http.RoundTripper {
	edge, err := url.Parse(d.Edge)
	if err != nil || edge.Host == "" || d.Header == "" || d.Secret == nil {
		return next
	}
	return passing{d, edge, next}
}

type passing struct {
	door Door
	edge *url.URL
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (p passing) RoundTrip(r *http.Request) (*http.Response, error) {
	if origin(r.URL) == origin(p.edge) {
		r = r.Clone(r.Context())
		r.Header.Set(p.door.Header, p.door.Secret())
	}
	return p.next.RoundTrip(r)
}

// origin is what must be the same for two addresses to be one place: who listens on
// another port, or without TLS, is somebody else.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + u.Hostname() + ":" + port
}

// closedAnswer reports whether an answer is the page of the closed edge, and not a
// 503 of what is behind it.
func (p *Probing) closedAnswer(answer *http.Response) bool {
	return p.options.Marker != "" && answer.StatusCode == http.StatusServiceUnavailable && answer.Header.Get(p.options.Marker) != ""
}
