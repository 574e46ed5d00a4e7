package migrations

import (
	"archive/tar"
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/ops"
)

// testMigrations are a folder as it is in an image.
var testMigrations = map[string]string{
	"0001_first.sql":               "CREATE TABLE events (id BIGINT);\n",
	"0002_add_user_index.up.sql":   "CREATE INDEX ON events (id);\n",
	"0002_add_user_index.down.sql": "DROP INDEX events_id_idx;\n",
	"README.md":                    "not a migration",
	"old/0000_older.sql":           "not looked at by sqlx",
}

// wantMigrations has the checksums that sha384sum computes.
var wantMigrations = []ops.Migration{
	{Version: 1, Description: "first", Bytes: 33, Checksum: "50daeb26d244aac3da995c680b23c96ad8ab6465b9deffcbd1b4c21ba0f1950790d30cd6db5a765910bdec06c813cf06"},
	{Version: 2, Description: "add user index", Bytes: 29, Checksum: "91437248a7f326363d2c94e4aa6665bd4f366673b1f04a26cf91fdbed903f40ae92f75d8e186a8531dbafdbace5cadc3"},
}

func TestReadTar_AsSqlxDoes(t *testing.T) {
	got, err := ReadTar(migrationsTar(t, testMigrations))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantMigrations, List(got)); diff != "" {
		t.Error(diff)
	}
}

func TestReadTar_SaysWhatIsWrong(t *testing.T) {
	if _, err := ReadTar(migrationsTar(t, map[string]string{"README.md": ""})); !errors.Is(err, errNone) {
		t.Errorf("an empty folder: %v", err)
	}
	_, err := ReadTar(migrationsTar(t, map[string]string{"first_migration.sql": ""}))
	if err == nil || !strings.Contains(err.Error(), "\"first_migration.sql\" does not begin with a number") {
		t.Errorf("a name without a number: %v", err)
	}
	_, err = ReadTar(migrationsTar(t, map[string]string{"1_a.sql": "", "01_b.sql": ""}))
	if err == nil || !strings.Contains(err.Error(), "1 is the version of both") {
		t.Errorf("two of one version: %v", err)
	}
	whole := migrationsTar(t, testMigrations)
	if _, err := ReadTar(bytes.NewReader(whole.Bytes()[:700])); err == nil {
		t.Error("a cut stream was taken for whole")
	}
}

// migrationsTar is what the engine sends when the folder is copied out.
func migrationsTar(t *testing.T, files map[string]string) *bytes.Buffer {
	t.Helper()
	var content bytes.Buffer
	archive := tar.NewWriter(&content)
	if err := archive.WriteHeader(&tar.Header{Name: "migrations/", Typeflag: tar.TypeDir, Mode: 0o755}); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := archive.WriteHeader(&tar.Header{Name: "migrations/" + name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return &content
}

func TestReadTar_PassesOverNoLinkThatIsAMigration(t *testing.T) {
	for name, refused := range map[string]bool{"0003_linked.sql": true, "README.md": false, "0002_add_user_index.down.sql": false, "old/0003_linked.sql": false} {
		for _, kind := range []byte{tar.TypeSymlink, tar.TypeLink} {
			var content bytes.Buffer
			archive := tar.NewWriter(&content)
			if err := archive.WriteHeader(&tar.Header{Name: "migrations/0001_first.sql", Typeflag: tar.TypeReg, Mode: 0o644}); err != nil {
				t.Fatal(err)
			}
			if err := archive.WriteHeader(&tar.Header{Name: "migrations/" + name, Linkname: "0001_first.sql", Typeflag: kind, Mode: 0o644}); err != nil {
				t.Fatal(err)
			}
			if err := archive.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadTar(&content); (err != nil) != refused || (refused && !strings.Contains(err.Error(), "is a link")) {
				t.Errorf("%s of type %c: %v", name, kind, err)
			}
		}
	}
}
