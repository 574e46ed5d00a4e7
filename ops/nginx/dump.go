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
	all := files[names[0]]
	g := gathering{names, files, filepath.Dir(names[0]), mostIncluded}
	return g.include(all), nil
}

// mostIncluded bounds how many files are put in, should they include each other.
const mostIncluded = 1000

// gathering puts files in the place of the directives that include them.
type gathering struct {
	names []string
	files map[string][]directive
	dir   string // what a relative path is below
	left  int
}

// include keeps the directives that include as well, before what they include.
func (g *gathering) include(tree []directive) []directive {
	var out []directive
	for _, d := range tree {
		if d.block != nil {
			d.block = g.include(d.block)
		}
		out = append(out, d)
		if d.name != "include" || len(d.args) != 1 {
			continue
		}
		pattern := d.args[0]
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(g.dir, pattern)
		}
		for _, name := range g.names {
			if ok, err := filepath.Match(pattern, name); ok && err == nil && g.left > 0 {
				g.left--
				out = append(out, g.include(g.files[name])...)
			}
		}
	}
	return out
}
