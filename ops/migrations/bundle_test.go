package migrations

import (
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/keeptrusts/ktops/ops"
)

func TestBundle_IsAFolderOrAnArchive(t *testing.T) {
	dir, v := t.TempDir(), ops.Version{Major: 2, Minor: 5}
	if err := os.MkdirAll(filepath.Join(dir, "2.5.0", "migrations"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range testMigrations {
		if strings.Contains(name, "/") {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, "2.5.0", "migrations", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	whole := migrationsTar(t, testMigrations).Bytes()
	pack := func(name string, packer func(io.Writer) io.WriteCloser) {
		file, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		w := packer(file)
		if _, err := w.Write(whole); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	pack("2.5.0.tar", func(w io.Writer) io.WriteCloser { return w.(io.WriteCloser) })
	pack("2.5.0.tar.gz", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	pack("2.5.0.tar.zst", func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w)
		if err != nil {
			t.Fatal(err)
		}
		return z
	})
	for _, suffix := range []string{"", ".tar", ".tar.gz", ".tar.zst"} {
		got, err := Bundle(filepath.Join(dir, "{version}"+suffix)).Read(t.Context(), v)
		if err != nil {
			t.Errorf("%s: %v", suffix, err)
		}
		if diff := cmp.Diff(wantMigrations, List(got)); diff != "" {
			t.Errorf("%s: %s", suffix, diff)
		}
	}
	_, err := Bundle(filepath.Join(dir, "none-{version}.tar")).Read(t.Context(), v)
	if err == nil || !strings.Contains(err.Error(), "there is no release bundle") {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Bundle(filepath.Join(dir, "{version}.tar")).Read(ended, v); err == nil {
		t.Error("it was read although nobody wants it any more")
	}
}

func FuzzReadArchive(f *testing.F) {
	f.Add("a.tar", []byte("x"))
	f.Add("a.tar.gz", []byte{0x1f, 0x8b})
	f.Add("a.tar.zst", []byte{0x28, 0xb5, 0x2f, 0xfd})
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		if files, err := readArchive(t.Context(), name, strings.NewReader(string(content))); err == nil && len(files) == 0 {
			t.Error("nothing was found, and that is not said")
		}
	})
}
