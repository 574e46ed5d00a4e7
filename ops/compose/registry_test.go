package compose

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// registry is a small registry of images on loopback, which engines trust
// without TLS.
type registry struct {
	*httptest.Server
	blobs map[string][]byte // by digest
	tags  map[string]string // manifest digest by tag
}

// newRegistry serves name:tag for an architecture.
func newRegistry(t *testing.T, tag, architecture string) *registry {
	t.Helper()
	r := &registry{blobs: map[string][]byte{}, tags: map[string]string{}}
	r.push(t, tag, architecture)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /v2/{name}/manifests/{reference}", r.manifest)
	mux.HandleFunc("GET /v2/{name}/blobs/{digest}", func(w http.ResponseWriter, q *http.Request) { _, _ = w.Write(r.blobs[q.PathValue("digest")]) })
	r.Server = httptest.NewServer(mux)
	t.Cleanup(r.Close)
	return r
}

const manifestType = "application/vnd.docker.distribution.manifest.v2+json"

func (r *registry) manifest(w http.ResponseWriter, q *http.Request) {
	digest := q.PathValue("reference")
	if tagged, ok := r.tags[digest]; ok {
		digest = tagged
	}
	content, ok := r.blobs[digest]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}`))
		return
	}
	w.Header().Set("Content-Type", manifestType)
	w.Header().Set("Docker-Content-Digest", digest)
	_, _ = w.Write(content)
}

// push makes an image of one layer with the migrations of the tests.
func (r *registry) push(t *testing.T, tag, architecture string) {
	t.Helper()
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	for name, text := range testMigrations {
		if err := tarFile(archive, "app/migrations/"+name, 0o644, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	if _, err := zip.Write(layer.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	config := r.add(t, map[string]any{"architecture": architecture, "os": "linux", "config": map[string]any{"Env": []string{"TAG=" + tag}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{digest(layer.Bytes())}}})
	blob := map[string]any{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": packed.Len(), "digest": digest(packed.Bytes())}
	r.blobs[digest(packed.Bytes())] = packed.Bytes()
	manifest := r.add(t, map[string]any{"schemaVersion": 2, "mediaType": manifestType, "layers": []any{blob},
		"config": map[string]any{"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(r.blobs[config]), "digest": config}})
	r.tags[tag] = manifest
}

func (r *registry) add(t *testing.T, content any) string {
	t.Helper()
	raw, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	r.blobs[digest(raw)] = raw
	return digest(raw)
}

func (r *registry) host() string { return strings.TrimPrefix(r.URL, "http://") }

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}
