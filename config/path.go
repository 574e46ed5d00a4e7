package config

import "fmt"

// path names a value twice: as the validator does, environments[0].database, and
// as people do, environments.production.database.
type path struct {
	id, key string
	depth   int
}

func (p path) child(name string) path {
	if p.depth == 0 {
		return path{name, name, 1}
	}
	return path{p.id + "." + name, p.key + "." + name, p.depth + 1}
}

func (p path) index(i int) path {
	return path{fmt.Sprintf("%s[%d]", p.id, i), fmt.Sprintf("%s[%d]", p.key, i), p.depth + 1}
}

// orFile names the root, which has no key.
func (p path) orFile() path {
	if p.key == "" {
		p.key = "the file"
	}
	return p
}
