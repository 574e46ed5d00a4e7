package cli_test

import (
	"fmt"
	"io"
	"os"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal: what a command writes to it, and a person types.
type terminal struct {
	screen  *output
	person  *os.File // its other end
	command *os.File // the end of the command
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	command, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{screen: &output{}, person: person, command: command}
	var reading sync.WaitGroup
	reading.Go(func() { _, _ = io.Copy(term.screen, person) }) // ends when the command's end is closed
	t.Cleanup(func() {
		_ = command.Close()
		reading.Wait()
		_ = person.Close()
	})
	return term
}

func (term *terminal) types(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(term.person, line+"\n"); err != nil {
		t.Fatal(err)
	}
}
