package postgres_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/keeptrusts/ktops/ops/postgres"
)

// damaged is a good backup whose file a test changes.
type damaged struct {
	*testing.T
	server *postgres.Server
	dir    string
	good   []byte // the dump's file
	raw    []byte // and what is in it
}

func newDamaged(t *testing.T, events int) damaged {
	t.Helper()
	s, dir := open(t, newDatabase(t, events))
	b := create(t, s, "first")
	verify(t, s, "first")
	good, err := os.ReadFile(b.File)
	if err != nil {
		t.Fatal(err)
	}
	return damaged{T: t, server: s, dir: dir, good: good, raw: decompress(t, good)}
}

// put replaces the dump; its manifest stays.
func (d damaged) put(content []byte) {
	d.Helper()
	if err := os.WriteFile(filepath.Join(d.dir, "first.dump.zst"), content, 0o600); err != nil {
		d.Fatal(err)
	}
}

// putSealed replaces the dump and makes the manifest agree with it.
func (d damaged) putSealed(content []byte, rawBytes int) {
	d.Helper()
	d.put(content)
	sum := sha256.Sum256(content)
	d.editManifest(func(m map[string]any) {
		m["bytes"], m["raw_bytes"], m["sha256"] = len(content), rawBytes, hex.EncodeToString(sum[:])
	})
}

func (d damaged) editManifest(edit func(map[string]any)) {
	d.Helper()
	path := filepath.Join(d.dir, "first.json")
	text, err := os.ReadFile(path)
	if err != nil {
		d.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		d.Fatal(err)
	}
	edit(m)
	if text, err = json.Marshal(m); err != nil {
		d.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		d.Fatal(err)
	}
}

// refused checks that the backup is not verified, and not called so any more.
func (d damaged) refused(what string, say ...string) {
	d.Helper()
	_, err := d.server.Verify(d.Context(), "first", quiet)
	if err == nil {
		d.Fatalf("%s: the backup is called verified", what)
	}
	wantError(d.T, err, say...)
	list, err := d.server.List(d.Context())
	if err != nil {
		d.Fatal(err)
	}
	for _, b := range list {
		if !b.VerifiedAt.IsZero() {
			d.Fatalf("%s: the list still calls the backup verified", what)
		}
	}
}

func TestVerify_NoFlippedBitPasses(t *testing.T) {
	d := newDamaged(t, 2_000)
	const flips = 200
	for i := range flips {
		content := bytes.Clone(d.good)
		at := i * (len(content) - 1) / (flips - 1) // the first and the last byte too
		content[at] ^= 1 << (i % 8)
		d.put(content)
		d.refused(fmt.Sprintf("byte %d flipped", at), "it was damaged or changed")
	}
	d.put(d.good)
	verify(t, d.server, "first")
}

func TestVerify_NoCutFilePasses(t *testing.T) {
	d := newDamaged(t, 2_000)
	for i := range 50 {
		length := i * len(d.good) / 50
		d.put(d.good[:length])
		d.refused(fmt.Sprintf("cut to %d bytes", length), "it was cut off or changed")
	}
}

// Even when file and manifest agree, a dump that ends too soon is found by reading
// all of it. pg_restore --list passes most of these.
func TestVerify_NoTruncatedDumpPasses(t *testing.T) {
	d := newDamaged(t, 2_000)
	lengths := []int{0, 4, 20, 60, len(d.raw) - 1, len(d.raw) - 4, len(d.raw) - 5}
	for i := 1; i < 40; i++ {
		lengths = append(lengths, i*len(d.raw)/40)
	}
	for _, length := range lengths {
		d.putSealed(compress(t, d.raw[:length]), length)
		d.refused(fmt.Sprintf("dump of %d instead of %d bytes", length, len(d.raw)))
	}
	d.putSealed(d.good[:len(d.good)-3], len(d.raw))
	d.refused("cut inside the checksum of zstd", "decompress it")
}

func TestVerify_AnotherDatabaseDoesNotPass(t *testing.T) {
	d := newDamaged(t, 10)
	other, _ := open(t, "postgres", func(o *postgres.Options) { o.BackupDir = d.dir })
	b := create(t, other, "other")
	_, err := d.server.Verify(t.Context(), b.File, quiet)
	wantError(t, err, "its manifest says that it is of database postgres")
	content, err := os.ReadFile(b.File)
	if err != nil {
		t.Fatal(err)
	}
	d.putSealed(content, int(b.RawBytes))
	d.refused("dump of another database", "it is a dump of database postgres, not of ")
}

func TestVerify_ANewerServerDoesNotPass(t *testing.T) {
	d := newDamaged(t, 10)
	list, err := d.server.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server := list[0].Server
	newer := "99" + server[2:]
	d.putSealed(compress(t, bytes.Replace(d.raw, []byte(server), []byte(newer), 1)), len(d.raw))
	d.refused("dump of a newer server", "is older than the server's PostgreSQL "+newer, "install postgresql-client-99")
}

func TestVerify_SaysWhatIsNoBackup(t *testing.T) {
	d := newDamaged(t, 10)
	d.putSealed(compress(t, []byte("not a dump at all")), 17)
	d.refused("text", "no archive of pg_dump's custom format")
	d.putSealed([]byte("not even compressed"), 19)
	d.refused("text", "magic number mismatch")
	if err := os.Remove(filepath.Join(d.dir, "first.json")); err != nil {
		t.Fatal(err)
	}
	d.refused("dump without manifest", "no manifest beside it")
	for file, say := range map[string]string{
		"never":           "there is no ",
		"/etc/passwd":     "is not in the backup directory",
		"../first":        "is not in the backup directory",
		"first; rm -rf .": "cannot name a backup",
	} {
		_, err := d.server.Verify(t.Context(), file, quiet)
		wantError(t, err, say)
	}
}

func TestVerify_ManifestOfAnotherFileDoesNotCount(t *testing.T) {
	d := newDamaged(t, 10)
	d.editManifest(func(m map[string]any) { m["file"] = "other.dump.zst" })
	d.refused("manifest of another file", "does not belong to first.dump.zst")
}

// A file that was touched after it was read back has to be read again.
func TestList_ATouchedFileIsNotVerified(t *testing.T) {
	d := newDamaged(t, 10)
	if err := os.Chtimes(filepath.Join(d.dir, "first.dump.zst"), time.Time{}, time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	list, err := d.server.List(t.Context())
	if err != nil || len(list) != 1 || !list[0].VerifiedAt.IsZero() {
		t.Errorf("the list is %+v (%v), want one that is not verified", list, err)
	}
	verify(t, d.server, "first")
}

func compress(t *testing.T, raw []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(raw, nil)
}

func decompress(t *testing.T, content []byte) []byte {
	t.Helper()
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	raw, err := r.DecodeAll(content, nil)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
