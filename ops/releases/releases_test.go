package releases_test

import (
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/releases"
)

func text(versions []ops.Version) string {
	var out []string
	for _, v := range versions {
		out = append(out, v.String())
	}
	return strings.Join(out, " ")
}

func TestFromFile_SortsAndPassesOverComments(t *testing.T) {
	path := filepath.Join(t.TempDir(), "releases.txt")
	if err := os.WriteFile(path, []byte("# ours\nv2.5.0\n\n2.10.0 # newest\n2.4.3\n2.4.3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := releases.FromFile(path)
	if err != nil || text(got) != "2.4.3 2.5.0 2.10.0" {
		t.Errorf("%s %v", text(got), err)
	}
}

func TestFromFile_SaysWhichLineIsWrong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "releases.txt")
	if err := os.WriteFile(path, []byte("2.4.3\nnewest\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := releases.FromFile(path); err == nil || !strings.Contains(err.Error(), "releases.txt:2: \"newest\"") {
		t.Error(err)
	}
}

func TestFromRegistry_ListsTheTagsThatAreVersions(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	for _, tag := range []string{"2.5.0", "2.4.3", "latest", "sha-12ab"} {
		ref, err := name.NewTag(host + "/keeptrusts/api:" + tag)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(ref, empty.Image); err != nil {
			t.Fatal(err)
		}
	}
	got, err := releases.FromRegistry(t.Context(), host+"/keeptrusts/api")
	if err != nil || text(got) != "2.4.3 2.5.0" {
		t.Errorf("%s %v", text(got), err)
	}
	if _, err := releases.FromRegistry(t.Context(), host+"/keeptrusts/nothing"); err == nil {
		t.Error("a repository that does not exist has no releases")
	}
}
