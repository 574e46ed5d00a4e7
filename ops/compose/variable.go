package compose

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"

	"github.com/keeptrusts/ktops/ops"
)

// tagPin is how a variable pins an image's tag: the tag is Before, the
// variable's value, After.
type tagPin struct {
	Variable      string
	Before, After string
	// V is set when the value is written with a leading v, as in v2.5.0.
	V bool
}

// The stand-in for a variable's value; no tag has it by chance.
const marker = "ktops.marks.this"

var variableName = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// findPin tells which variable the tag of an image consists of. The values are
// what the variables are now.
func findPin(image string, values map[string]string) (tagPin, bool) {
	known := template.ExtractVariables(map[string]any{"image": image}, template.DefaultPattern)
	for _, name := range variableName.FindAllString(image, -1) {
		if _, ok := known[name]; !ok {
			continue
		}
		rendered, err := template.SubstituteWithOptions(image, func(key string) (string, bool) {
			if key == name {
				return marker, true
			}
			v, ok := values[key]
			return v, ok
		}, template.WithoutLogging)
		if err != nil {
			continue
		}
		tag, ok := imageTag(rendered)
		before, after, found := strings.Cut(tag, marker)
		if ok && found && !strings.Contains(after, marker) {
			return tagPin{Variable: name, Before: before, After: after, V: strings.HasPrefix(values[name], "v")}, true
		}
	}
	return tagPin{}, false
}

// value is what the variable must be for a version.
func (t tagPin) value(v ops.Version) string {
	if t.V {
		return "v" + v.String()
	}
	return v.String()
}

// version reads the version out of an image's tag; zero when there is none.
func (t tagPin) version(image string) ops.Version {
	tag, ok := imageTag(image)
	if !ok {
		return ops.Version{}
	}
	tag = strings.TrimPrefix(tag, t.Before)
	v, err := ops.ParseVersion(strings.TrimSuffix(tag, t.After))
	if err != nil {
		return ops.Version{}
	}
	return v
}

// imageTag is the tag of an image. One that is pinned by digest has no tag that
// decides anything.
func imageTag(image string) (string, bool) {
	if strings.Contains(image, "@") {
		return "", false
	}
	slash := strings.LastIndex(image, "/")
	colon := strings.LastIndex(image, ":")
	if colon <= slash {
		return "", false
	}
	return image[colon+1:], true
}

// pins are the variables that pin the driven services, by service name.
func (p *Platform) pins(ctx context.Context) (map[string]tagPin, error) {
	images, err := p.rawImages(ctx)
	if err != nil {
		return nil, err
	}
	project, err := p.load(ctx, nil)
	if err != nil {
		return nil, err
	}
	pins := map[string]tagPin{}
	for _, s := range p.options.Services {
		if pin, ok := findPin(images[s.Name], project.Environment); ok {
			pins[s.Name] = pin
		}
	}
	return pins, nil
}

// pinned is the pin of one service, or an error that says what to write.
func (p *Platform) pinned(ctx context.Context, service string) (tagPin, error) {
	pins, err := p.pins(ctx)
	if err != nil {
		return tagPin{}, err
	}
	pin, ok := pins[service]
	if !ok {
		return tagPin{}, fmt.Errorf("the image of service %s has no variable for its tag: write it as name:${KEEPTRUSTS_VERSION} in the compose file and set the variable in %s",
			service, p.options.EnvFile)
	}
	return pin, nil
}
