package compose

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSetVariable_ChangesOnlyTheValue(t *testing.T) {
	for _, c := range []struct{ name, before, after string }{
		{"plain", "V=2.4.3\n", "V=2.5.0\n"},
		{"no line end", "V=2.4.3", "V=2.5.0"},
		{"comment stays", "V=2.4.3  # keep\n", "V=2.5.0  # keep\n"},
		{"double quotes stay", "V=\"2.4.3\" # keep\n", "V=\"2.5.0\" # keep\n"},
		{"single quotes stay", "A=1\nV='2.4.3'\nB=2\n", "A=1\nV='2.5.0'\nB=2\n"},
		{"export and spaces stay", "export V = 2.4.3\n", "export V = 2.5.0\n"},
		{"Windows line ends stay", "A=1\r\nV=2.4.3\r\nB=2\r\n", "A=1\r\nV=2.5.0\r\nB=2\r\n"},
		{"yaml style stays", "V: 2.4.3\n", "V: 2.5.0\n"},
		{"byte order mark stays", "\ufeffV=2.4.3\n", "\ufeffV=2.5.0\n"},
		{"last one counts", "V=1\nV=2.4.3\n", "V=1\nV=2.5.0\n"},
		{"empty", "V=\nA=1\n", "V=2.5.0\nA=1\n"},
		{"empty with comment", "V= # keep\n", "V=2.5.0 # keep\n"},
		{"similar names stay", "VV=2.4.3\nV_=2.4.3\nV=2.4.3\n", "VV=2.4.3\nV_=2.4.3\nV=2.5.0\n"},
		{"commented out is none", "#V=2.4.3\n", "#V=2.4.3\nV=2.5.0\n"},
		{"not inside a quoted value", "A=\"x\nV=2.4.3\ny\"\nV=2.4.3\n", "A=\"x\nV=2.4.3\ny\"\nV=2.5.0\n"},
		{"missing", "A=1\n", "A=1\nV=2.5.0\n"},
		{"missing and no line end", "A=1", "A=1\nV=2.5.0\n"},
		{"missing among Windows line ends", "A=1\r\n", "A=1\r\nV=2.5.0\r\n"},
		{"no file", "", "V=2.5.0\n"},
		{"values that refer to it stay as written", "V=2.4.3\nIMAGE=api:${V}\n", "V=2.5.0\nIMAGE=api:${V}\n"},
		{"already so", "V='2.5.0'\n", "V='2.5.0'\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := setVariable([]byte(c.before), "V", "2.5.0")
			if err != nil || string(got) != c.after {
				t.Errorf("%q became %q, %v; want %q", c.before, got, err, c.after)
			}
		})
	}
}

func TestSetVariable_RefusesWhatItCannotReadBack(t *testing.T) {
	for _, content := range []string{"V=\"2.4.3\n", "V 2.4.3\n"} {
		if got, err := setVariable([]byte(content), "V", "2.5.0"); err == nil {
			t.Errorf("%q became %q", content, got)
		}
	}
	if _, err := setVariable(nil, "V", "2.5.0 #x"); err == nil {
		t.Error("a value with a comment was written")
	}
}

// FuzzSetVariable holds that setting a variable and setting it back gives the
// very same bytes, whatever else the file has.
func FuzzSetVariable(f *testing.F) {
	for _, seed := range []string{"", "V=2.4.3", "# c\nexport V = '2.4.3' # x\r\nA=\"b\nV=1\"", "V: 1 #V=2", "A='\\''\nV=1", "\ufeffV=", "A=${V:-x}\nV=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		before, err := parseEnv([]byte(content))
		if err != nil {
			return
		}
		changed, err := setVariable([]byte(content), "V", "2.5.0")
		if err != nil {
			return
		}
		after, err := parseEnv(changed)
		if err != nil || after["V"] != "2.5.0" {
			t.Fatalf("%q became %q, where V is %q, %v", content, changed, after["V"], err)
		}
		old, had := before["V"]
		if !had || !plainValue.MatchString(old) {
			return
		}
		if back, err := setVariable(changed, "V", old); err != nil || string(back) != content {
			t.Fatalf("%q became %q and then %q, %v", content, changed, back, err)
		}
	})
}

func TestWriteVariable_KeepsModeAndLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "real.env"), filepath.Join(dir, ".env")
	if err := os.WriteFile(target, []byte("V=2.4.3\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.env", link); err != nil {
		t.Fatal(err)
	}
	if err := writeVariable(link, "V", "2.5.0"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info.Mode(), err)
	}
	if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the mode became %v, %v", info.Mode(), err)
	}
	if value, err := readVariable(link, "V"); err != nil || value != "2.5.0" {
		t.Errorf("V is %q, %v", value, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("files were left over: %v, %v", entries, err)
	}
}

func TestWriteVariable_FailureLeavesTheFileAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".env")
	content := "V=\"2.4.3\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	err := writeVariable(file, "V", "2.5.0")
	if err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error is %v", err)
	}
	if now, err := os.ReadFile(file); err != nil || string(now) != content {
		t.Errorf("the file became %q, %v", now, err)
	}
}
