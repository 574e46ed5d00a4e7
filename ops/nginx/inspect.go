package nginx

import (
	"context"
	"slices"
	"strings"
	"time"
)

// inspection is what of nginx's configuration concerns the edge. It has no text of
// the configuration but names and places, for that may hold secrets.
type inspection struct {
	Servers []seenServer `json:"servers"`
	// Cut is after how long nginx ends answers that go on after a reload; 0 never.
	Cut time.Duration `json:"cut,omitempty"`
	// Unread is why the configuration could not be looked at.
	Unread string `json:"unread,omitempty"`
}

// seenServer is one server block.
type seenServer struct {
	Name  string `json:"name"`
	Where string `json:"where"`
	// Include is the argument of the directive that includes ktops.conf; empty where
	// there is none.
	Include string `json:"include,omitempty"`
	// Before are directives that answer or win before it.
	Before []string `json:"before,omitempty"`
	// Guarded are directives of the whole server that could refuse the page.
	Guarded []string `json:"guarded,omitempty"`
	// Redirects is set where the block has no answer of its own.
	Redirects bool `json:"redirects,omitempty"`
}

// inspect looks at the whole configuration; what cannot be looked at is said.
func (m *machine) inspect(ctx context.Context) *inspection {
	tree, err := m.dump(ctx)
	if err != nil {
		return &inspection{Unread: err.Error()}
	}
	return m.pick(tree)
}

func (m *machine) pick(tree []directive) *inspection {
	seen := &inspection{}
	for _, d := range tree {
		switch d.name {
		case "worker_shutdown_timeout":
			if len(d.args) == 1 {
				seen.Cut, _ = duration(d.args[0])
			}
		case "http":
			for _, block := range d.block {
				if block.name == "server" {
					seen.Servers = append(seen.Servers, m.server(block))
				}
			}
		}
	}
	return seen
}

func (m *machine) server(block directive) seenServer {
	s := seenServer{Where: block.where(), Redirects: redirects(block.block)}
	var listens []string
	for _, d := range block.block {
		switch {
		case d.name == "server_name":
			s.Name = strings.Join(d.args, " ")
		case d.name == "listen" && len(d.args) > 0:
			listens = append(listens, d.args[0])
		case d.name == "include" && len(d.args) == 1 && m.ours(d.args[0]):
			s.Include = d.args[0]
		case d.name == "auth_request" && !slices.Contains(d.args, "off"):
			s.Guarded = append(s.Guarded, d.name+" ("+d.where()+")")
		case s.Include == "" && answersFirst(d):
			s.Before = append(s.Before, d.name+" ("+d.where()+")")
		}
	}
	if s.Name == "" {
		s.Name = "the server without a name"
	}
	if len(listens) > 0 {
		s.Name += " on " + strings.Join(listens, ", ")
	}
	return s
}

// ours reports whether an include is that of ktops' file: by its name, for nginx may
// see the folder elsewhere.
func (m *machine) ours(pattern string) bool {
	return strings.HasSuffix(pattern, "/"+confFile) || strings.HasSuffix(pattern, lastFolder(m.Directory)+"/*.conf")
}

func lastFolder(path string) string { return path[strings.LastIndexByte(path, '/'):] }

// answersFirst reports whether a directive before the include keeps a caller from
// its page: it answers, ends the rewriting, or has a page of its own.
func answersFirst(d directive) bool {
	switch d.name {
	case "return", "break":
		return true
	case "rewrite":
		return slices.Contains(d.args, "last") || slices.Contains(d.args, "break") ||
			slices.Contains(d.args, "redirect") || slices.Contains(d.args, "permanent")
	case "error_page":
		return slices.Contains(d.args, "503")
	case "if":
		return slices.ContainsFunc(d.block, answersFirst)
	}
	return false
}

// redirects reports whether a server only sends callers elsewhere.
func redirects(block []directive) bool {
	away := false
	for _, d := range block {
		switch d.name {
		case "return":
			away = true
		case "location":
			if !redirects(d.block) {
				return false
			}
			away = true
		case "proxy_pass", "root", "alias", "fastcgi_pass", "grpc_pass", "uwsgi_pass":
			return false
		}
	}
	return away
}

// duration reads a time as nginx writes it: 30s, 2m, 500ms, or seconds alone.
func duration(text string) (time.Duration, bool) {
	if text != "" && text[len(text)-1] >= '0' && text[len(text)-1] <= '9' {
		text += "s"
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		d, err := time.ParseDuration(days + "h")
		return 24 * d, err == nil
	}
	d, err := time.ParseDuration(text)
	return d, err == nil
}
