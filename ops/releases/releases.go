// Package releases lists the versions of Keeptrusts that exist: from a file that
// the operator keeps, or from the tags of the API's image in a registry.
package releases

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/keeptrusts/ktops/ops"
)

// FromFile reads a file of one version a line, oldest or newest first. Empty
// lines and those that begin with # are passed over.
func FromFile(path string) ([]ops.Version, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the releases: %w", err)
	}
	var versions []ops.Version
	lines := bufio.NewScanner(bytes.NewReader(text))
	for number := 1; lines.Scan(); number++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		v, err := ops.ParseVersion(line)
		if err != nil {
			return nil, fmt.Errorf("read the releases: %s:%d: %w", path, number, err)
		}
		versions = append(versions, v)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the releases: %s: %w", path, err)
	}
	return sorted(versions), nil
}

// FromRegistry lists the tags of an image's repository that are versions; others,
// such as latest, are passed over. Credentials are those of `docker login`.
func FromRegistry(ctx context.Context, repository string) ([]ops.Version, error) {
	repo, err := name.NewRepository(repository)
	if err != nil {
		return nil, fmt.Errorf("list the releases: %w", err)
	}
	tags, err := remote.List(repo, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain))
	if err != nil {
		return nil, fmt.Errorf("list the releases in %s: %w", repository, err)
	}
	var versions []ops.Version
	for _, tag := range tags {
		if v, err := ops.ParseVersion(tag); err == nil {
			versions = append(versions, v)
		}
	}
	return sorted(versions), nil
}

// sorted is oldest first, each once.
func sorted(versions []ops.Version) []ops.Version {
	slices.SortFunc(versions, ops.Version.Compare)
	return slices.Compact(versions)
}
