package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/cmd/ktops/wire"
	"github.com/keeptrusts/ktops/config"
)

func TestReload_TakesNewWindows(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "ktops.yaml")
	text := strings.TrimRight(configText(dir, "", "production"), "\n") + "\n    windows:\n      nightly: {cron: \"0 2 * * *\", duration: 1h, does: [backup]}\n"
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(text)
	c, err := config.NewReloader(file, lookup)
	if err != nil {
		t.Fatal(err)
	}
	logger := wire.NewLog(c.Current().Log, &logs{}, nil)
	d := &Daemon{options: Options{Config: c}, logger: logger, log: logrus.NewEntry(logger), current: c.Current()}
	if err := d.open(t.Context(), c.Current()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.closing("the journal", d.journal) })
	names := func() (names []string) {
		states, err := d.windows.Windows(t.Context(), "production")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range states {
			names = append(names, s.Name+" "+s.Cron)
		}
		return names
	}
	if diff := cmp.Diff([]string{"nightly 0 2 * * *"}, names()); diff != "" {
		t.Error(diff)
	}
	write(strings.Replace(text, "0 2 * * *", "0 3 * * *", 1))
	told, err := d.reload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"environment production"}, told.Changed); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"nightly 0 3 * * *"}, names()); diff != "" {
		t.Error(diff)
	}
}
