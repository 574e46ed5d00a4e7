package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxSecret is the size up to which a file can be a secret.
const maxSecret = 64 << 10

// resolveSecrets finds the value of every secret; the warnings are about files
// that too many can read.
func (d *decoder) resolveSecrets(folder string, lookup LookupEnv) Errors {
	warnings := &report{src: d.src, places: d.places}
	for _, s := range d.secrets {
		kind, name, _ := strings.Cut(s.secret.reference, ":")
		var value, problem, try string
		if kind == "env" {
			value, problem, try = fromEnv(name, lookup)
		} else {
			var warning string
			value, problem, warning = fromFile(folder, name)
			if warning != "" {
				warnings.key(s.path.id, warning, "chmod o= "+name)
			}
		}
		if problem != "" {
			d.key(s.path.id, problem, try)
			continue
		}
		s.secret.value = &value
	}
	return warnings.list()
}

func fromEnv(name string, lookup LookupEnv) (value, problem, try string) {
	value, ok := lookup(name)
	if !ok || value == "" {
		state := "is not set"
		if ok {
			state = "is empty"
		}
		return "", fmt.Sprintf("refers to the environment variable %s, which %s", name, state), "set it, or remove the line"
	}
	return value, "", ""
}

func fromFile(folder, name string) (value, problem, warning string) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(folder, name)
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return "", fmt.Sprintf("refers to the file %s: %s", name, reason(err)), ""
	case !info.Mode().IsRegular():
		return "", fmt.Sprintf("refers to %s, which is not a regular file", name), ""
	case info.Size() > maxSecret:
		return "", fmt.Sprintf("refers to the file %s, which is too large for a secret", name), ""
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Sprintf("refers to the file %s: %s", name, reason(err)), ""
	}
	value = strings.TrimRight(string(text), "\r\n")
	if value == "" {
		return "", fmt.Sprintf("refers to the file %s, which is empty", name), ""
	}
	if info.Mode().Perm()&0o007 != 0 {
		warning = fmt.Sprintf("refers to the file %s, which everybody on this machine can read", name)
	}
	return value, "", warning
}

// reason is the cause without the operation and path around it.
func reason(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}
