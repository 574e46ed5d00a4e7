package nginx

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
)

// dump is the whole configuration as nginx -T shows it, its includes put in.
func (m *machine) dump(ctx context.Context) ([]directive, error) {
	argv, ok := m.instead("-T")
	if !ok {
		return nil, errors.New("the command that tests the configuration is not nginx -t, so nginx cannot be asked for all of it")
	}
	p, err := m.run(ctx, argv)
	if err != nil {
		return nil, err
	}
	return whole(p.out)
}

// dumpedFile is what nginx -T writes before each file; the first is nginx.conf.
const dumpedFile = "# configuration file "

// whole puts what nginx -T printed together.
func whole(dump string) ([]directive, error) {
	names, files := []string{}, map[string][]directive{}
	for i, part := range strings.Split("\n"+dump, "\n"+dumpedFile) {
		head, text, ok := strings.Cut(part, ":\n")
		if i == 0 || !ok {
			continue
		}
		tree, err := parse(head, text)
		if err != nil {
			return nil, err
		}
		names, files[head] = append(names, head), tree
	}
	if len(names) == 0 {
		return nil, errors.New("nginx -T printed no configuration")
	}
	slices.Sort(names[1:]) // as nginx sorts what a pattern includes
	return include(files[names[0]], names, files, 0), nil
}

// include puts files in the place of the directives that include them. Those stay
// as well, before what they include.
func include(tree []directive, names []string, files map[string][]directive, depth int) []directive {
	if depth > deepest {
		return nil
	}
	var out []directive
	for _, d := range tree {
		d.block = include(d.block, names, files, depth+1)
		out = append(out, d)
		if d.name != "include" || len(d.args) != 1 {
			continue
		}
		pattern := d.args[0]
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(filepath.Dir(names[0]), pattern)
		}
		for _, name := range names {
			if ok, err := filepath.Match(pattern, name); ok && err == nil {
				out = append(out, include(files[name], names, files, depth+1)...)
			}
		}
	}
	return out
}
