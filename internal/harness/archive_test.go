package harness

import (
	"archive/tar"
	"errors"
	"io"
	"slices"
	"testing"
)

func pack(t *testing.T, env string) (id string, names []string) {
	t.Helper()
	root, err := layer([]file{{name: "b", body: []byte("2"), mode: 0o644}, {name: "a/", mode: 0o755}, {name: "c", link: "/b"}})
	if err != nil {
		t.Fatal(err)
	}
	id, body, err := archive("keeptrusts/api:2.4.3", runConfig{Env: []string{env}}, [][]byte{root})
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(body); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return id, names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, header.Name)
	}
}

func TestArchive_SameContentHasTheSameID(t *testing.T) {
	first, names := pack(t, "KT_VERSION=2.4.3")
	if again, _ := pack(t, "KT_VERSION=2.4.3"); again != first {
		t.Errorf("%s became %s", first, again)
	}
	if other, _ := pack(t, "KT_VERSION=2.5.0"); other == first {
		t.Error("another version has the same ID")
	}
	if !slices.Contains(names, "manifest.json") || len(names) != 3 {
		t.Errorf("the archive holds %v", names)
	}
}

func TestLibraries_ReadsWhatLddPrints(t *testing.T) {
	got := libraries("\tlinux-vdso.so.1 (0x00007f)\n\tlibz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f)\n\t/lib64/ld-linux-x86-64.so.2 (0x00007f)\n")
	want := []string{"/lib/x86_64-linux-gnu/libz.so.1", "/lib64/ld-linux-x86-64.so.2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
