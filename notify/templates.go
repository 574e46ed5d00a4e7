package notify

import (
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"slices"
	"strings"
	"text/template"

	"github.com/keeptrusts/ktops/ops"
)

//go:embed templates/*.txt
var builtinWords embed.FS

// Template is the words of one kind of notice, in text/template over Words.
type Template struct {
	Subject string
	Body    string
}

// Templates are the words of every kind.
type Templates struct {
	kinds map[Kind]parsed
	page  *htmltemplate.Template
	// builtin stand in where configured words do not fit the facts; nil for themselves.
	builtin *Templates
}

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
	page, err := parsePage()
	if err != nil {
		return nil, err
	}
	t := &Templates{kinds: map[Kind]parsed{}, page: page}
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
	if len(overrides) > 0 {
		t.builtin, err = ParseTemplates(nil)
	}
	return t, err
}

// Check tells what is wrong with own words for a kind of notice; nil when nothing is.
func (t Template) Check(kind Kind) error {
	words, err := words(kind, t)
	if err != nil {
		return err
	}
	_, err = parse(kind, words)
	return err
}

// words are those of a kind: the first line of its file is the subject, and the body
// begins at the third.
func words(kind Kind, override Template) (Template, error) {
	file, err := builtinWords.ReadFile("templates/" + string(kind) + ".txt")
	if err != nil {
		return Template{}, fmt.Errorf("there is no kind of notice %q", kind)
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
	subject, err := parseText("subject", kind, words.Subject)
	if err != nil {
		return parsed{}, err
	}
	body, err := parseText("body", kind, words.Body)
	return parsed{subject, body}, err
}

// parseText reads one text of a kind and tries it with sample data.
func parseText(name string, kind Kind, text string) (*template.Template, error) {
	t, err := template.New(name).Funcs(funcs()).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("the %s of %s: %w", name, kind, err)
	}
	for _, sample := range samples(kind) {
		if err := t.Execute(io.Discard, sample); err != nil {
			return nil, fmt.Errorf("the %s of %s: %w", name, kind, err)
		}
	}
	return t, nil
}

func funcs() template.FuncMap {
	return template.FuncMap{"when": when, "clock": clock, "length": length, "streams": streams, "failing": failing}
}

// failing are the checks that did not pass.
func failing(checks []ops.Finding) []ops.Finding {
	return slices.DeleteFunc(slices.Clone(checks), func(f ops.Finding) bool { return f.Level == ops.Pass })
}
