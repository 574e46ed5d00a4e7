package notify

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"

	"github.com/keeptrusts/ktops/ops"
)

//go:embed templates/*.txt
var builtin embed.FS

// Template is the words of one kind of notice, in text/template over Words.
type Template struct {
	Subject string
	Body    string
}

// Templates are the words of every kind.
type Templates struct{ kinds map[Kind]parsed }

type parsed struct{ subject, body *template.Template }

// Words are what a template is executed with.
type Words struct {
	Facts
	Environment string
	Kind        Kind
	Run         string
	Audience    Audience
	StatusURL   string
}

// ParseTemplates are the built-in words with some kinds' replaced; what an override
// leaves empty stays. Each is tried with sample data, so that a field that does not
// exist is an error now. All errors are told at once.
func ParseTemplates(overrides map[Kind]Template) (*Templates, error) {
	t := &Templates{kinds: map[Kind]parsed{}}
	var wrong []error
	for kind := range overrides {
		if !slices.Contains(Kinds(), kind) {
			wrong = append(wrong, fmt.Errorf("there is no kind of notice %q", kind))
		}
	}
	for _, kind := range Kinds() {
		words, err := words(kind, overrides[kind])
		if err == nil {
			t.kinds[kind], err = parse(kind, words)
		}
		wrong = append(wrong, err)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return t, nil
}

// words are those of a kind: the first line of its file is the subject, and the body
// begins at the third.
func words(kind Kind, override Template) (Template, error) {
	file, err := builtin.ReadFile("templates/" + string(kind) + ".txt")
	if err != nil {
		return Template{}, fmt.Errorf("read the words of %s: %w", kind, err)
	}
	subject, body, _ := strings.Cut(string(file), "\n")
	words := Template{Subject: subject, Body: strings.TrimPrefix(body, "\n")}
	if override.Subject != "" {
		words.Subject = override.Subject
	}
	if override.Body != "" {
		words.Body = override.Body
	}
	return words, nil
}

func parse(kind Kind, words Template) (parsed, error) {
	var p parsed
	var err error
	if p.subject, err = template.New("subject").Funcs(funcs()).Option("missingkey=error").Parse(words.Subject); err != nil {
		return p, fmt.Errorf("subject of %s: %w", kind, err)
	}
	if p.body, err = template.New("body").Funcs(funcs()).Option("missingkey=error").Parse(words.Body); err != nil {
		return p, fmt.Errorf("body of %s: %w", kind, err)
	}
	for _, sample := range samples(kind) {
		if err := p.subject.Execute(io.Discard, sample); err != nil {
			return p, fmt.Errorf("subject of %s: %w", kind, err)
		}
		if err := p.body.Execute(io.Discard, sample); err != nil {
			return p, fmt.Errorf("body of %s: %w", kind, err)
		}
	}
	return p, nil
}

func funcs() template.FuncMap {
	return template.FuncMap{"when": when, "clock": clock, "length": length, "streams": streams, "failing": failing}
}

// failing are the checks that did not pass.
func failing(checks []ops.Finding) []ops.Finding {
	return slices.DeleteFunc(slices.Clone(checks), func(f ops.Finding) bool { return f.Level == ops.Pass })
}
