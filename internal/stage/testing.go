package stage

import (
	"os"
	"testing"
)

// Test brings a stage up for one test and takes it down with it. `go test -short`
// leaves it out.
func Test(t *testing.T, options Options) *Stage {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a Docker engine, PostgreSQL and nginx")
	}
	s, err := Up(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			log, _ := os.ReadFile(s.Daemon.Log()) // what is left of it is better than nothing
			t.Logf("the daemon's log:\n%s\nthe channel:\n%s", log, s.Workspace.Transcript(Channel))
		}
		if err := s.Down(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return s
}
