package journal_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

func TestAppend_SurvivesKillAtAnyMoment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ktops.db")
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	for round := range rounds {
		cmd := childCommand(t, "append", path, "r-1")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		acknowledged := 0
		lines := bufio.NewScanner(out)
		for i := 0; lines.Scan(); i++ {
			if acknowledged, err = strconv.Atoi(lines.Text()); err != nil {
				t.Errorf("line %q", lines.Text())
			}
			if i == 2+round*3 {
				// Killed while it goes on appending; what it still told is read below.
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait() // killed: an error by nature

		events, err := mustOpen(t, path).Events(t.Context(), "r-1", 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) < acknowledged || len(events) > acknowledged+1 {
			t.Errorf("round %d: %d events after %d were acknowledged", round, len(events), acknowledged)
		}
		for i, e := range events {
			if e.Seq != i+1 {
				t.Errorf("round %d: event %d is numbered %d", round, i+1, e.Seq)
			}
		}
	}
}

// The processes also create the file together.
func TestPropose_OfManyProcessesOneWins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ktops.db")
	const processes = 6
	commands := make([]*exec.Cmd, processes)
	outputs := make([]strings.Builder, processes)
	for i := range processes {
		commands[i] = childCommand(t, "propose", path, fmt.Sprintf("r-%d", i))
		commands[i].Stdout = &outputs[i]
		if err := commands[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	won := 0
	for i := range processes {
		if err := commands[i].Wait(); err != nil {
			t.Errorf("process %d: %v", i, err)
		}
		if strings.TrimSpace(outputs[i].String()) == "true" {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d processes won, want 1", won)
	}
	ids, err := mustOpen(t, path).Runs(t.Context(), ops.RunQuery{})
	if err != nil || len(ids) != 1 {
		t.Errorf("runs = %v, %v; want one", ids, err)
	}
}

func childCommand(t *testing.T, job, path, name string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childJob+"="+job, "KTOPS_JOURNAL_PATH="+path, "KTOPS_JOURNAL_NAME="+name)
	cmd.Stderr = os.Stderr
	return cmd
}
