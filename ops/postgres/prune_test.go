package postgres

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
)

const day = 24 * time.Hour

// aged is a backup of so many days, by name; v at the end of the name: verified.
func aged(now time.Time, name string, days int) ops.Backup {
	b := ops.Backup{File: name, At: now.Add(-time.Duration(days) * day)}
	if name[len(name)-1] == 'v' {
		b.VerifiedAt = b.At
	}
	return b
}

// goes are those that retention lets go.
func goes(list []judged) []judged {
	return slices.DeleteFunc(list, func(b judged) bool { return !b.goes })
}

func TestRetention(t *testing.T) {
	now := time.Date(2026, 5, 1, 2, 0, 0, 0, time.UTC)
	at := func(name string, days int) ops.Backup { return aged(now, name, days) }
	for _, c := range []struct {
		what     string
		backups  []ops.Backup // newest first
		keepLast int
		spared   []string
		want     []string
	}{
		{what: "none", keepLast: 1},
		{"young ones stay", []ops.Backup{at("av", 1), at("b", 29)}, 1, nil, nil},
		{"old ones go", []ops.Backup{at("av", 1), at("bv", 30), at("c", 31)}, 1, nil, []string{"bv", "c"}},
		{"the last good one stays whatever its age", []ops.Backup{at("a", 40), at("bv", 400), at("cv", 500)}, 1, nil, []string{"a", "cv"}},
		{"so do as many as shall stay", []ops.Backup{at("av", 1), at("bv", 40), at("c", 50), at("dv", 60), at("ev", 70)}, 3, nil, []string{"c", "ev"}},
		{"while none is good the newest stays", []ops.Backup{at("a", 40), at("b", 50)}, 1, nil, []string{"b"}},
		{"the run's own stays", []ops.Backup{at("av", 1), at("b", 40), at("c", 40)}, 1, []string{"b", "other"}, []string{"c"}},
		{"a clock that was wrong deletes nothing", []ops.Backup{at("av", -400), at("b", -300)}, 1, nil, nil},
	} {
		var got []string
		for _, b := range goes(retention{30 * day, c.keepLast, c.spared}.of(c.backups, now)) {
			got = append(got, b.File)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v go, want %v", c.what, got, c.want)
		}
	}
}

// put makes a backup of the name and age in the server's directory.
func put(t *testing.T, s *Server, name, database string, at time.Time, verified bool) {
	t.Helper()
	c := s.catalogue()
	if err := os.WriteFile(c.dump(name), []byte(name), 0o600); err != nil {
		t.Fatal(err)
	}
	m := manifest{Backup: ops.Backup{Database: database, At: at, Bytes: int64(len(name)), SHA256: "x"}}
	if verified {
		info, err := os.Stat(c.dump(name))
		if err != nil {
			t.Fatal(err)
		}
		m.VerifiedAt, m.Modified = at, info.ModTime().UTC()
	}
	if err := c.write(name, m); err != nil {
		t.Fatal(err)
	}
}

func newPruned(t *testing.T) (*Server, string) {
	t.Helper()
	log := logrus.New()
	log.SetOutput(io.Discard)
	dir := t.TempDir()
	s, err := Open(Options{Host: "localhost", Name: "keeptrusts", User: "keeptrusts", BackupDir: dir, Log: logrus.NewEntry(log)})
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func remaining(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range found {
		found[i] = filepath.Base(found[i])
	}
	return found
}

func TestPrune_RemovesItsOwnAndNothingElse(t *testing.T) {
	s, dir := newPruned(t)
	now := time.Now()
	put(t, s, "good", "keeptrusts", now.Add(-100*day), true)
	put(t, s, "old", "keeptrusts", now.Add(-200*day), true)
	put(t, s, "run-held", "keeptrusts", now.Add(-200*day), false)
	put(t, s, "staging", "other", now.Add(-200*day), true)
	put(t, s, "dangling", "keeptrusts", now, false)
	alien := []string{"notes.txt", "copy.dump.zst", "package.json", "old.dump.zst.bak", "broken.dump.zst", "broken.json"}
	for _, name := range alien {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(`{"name": "other"}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(os.Remove(filepath.Join(dir, "dangling.dump.zst")),
		os.WriteFile(filepath.Join(dir, "dead.dump.zst.partial"), nil, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	working, err := newPartial(filepath.Join(dir, "working.dump.zst"))
	if err != nil {
		t.Fatal(err)
	}
	removed, err := s.pruneFiles(t.Context(), now, []string{"mine", "held"})
	if err != nil || len(removed) != 1 || filepath.Base(removed[0].File) != "old.dump.zst" {
		t.Errorf("removed %v (%v), want old", removed, err)
	}
	want := slices.Concat(alien, []string{"good.dump.zst", "good.json", "run-held.dump.zst", "run-held.json", "staging.dump.zst", "staging.json", "working.dump.zst.partial"})
	slices.Sort(want)
	if got := remaining(t, dir); !slices.Equal(got, want) {
		t.Errorf("%v remain, want %v", got, want)
	}
	if err := working.discard(); err != nil {
		t.Error(err)
	}
}

func TestPrune_WithoutADirectoryHasNothingToDo(t *testing.T) {
	s, dir := newPruned(t)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if removed, err := s.pruneFiles(t.Context(), time.Now(), nil); err != nil || removed != nil {
		t.Errorf("removed %v (%v)", removed, err)
	}
}

func TestRetention_SparesBackupsByRunAndByName(t *testing.T) {
	c := catalogue{dir: "/backups"}
	var all []ops.Backup
	for _, name := range []string{"run-7f3a", "manual-1", "manual-2", "run-b4c2"} {
		all = append(all, ops.Backup{File: "/backups/" + name + dumpSuffix})
	}
	got := c.spared(all, []string{"7f3a", "/backups/manual-2" + dumpSuffix, "/elsewhere/run-b4c2" + dumpSuffix})
	if want := []string{all[0].File, all[2].File}; !slices.Equal(got, want) {
		t.Errorf("spared are %v, want %v", got, want)
	}
}
