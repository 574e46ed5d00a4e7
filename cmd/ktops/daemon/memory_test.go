package daemon

import (
	"os"
	"strings"
	"testing"
)

func TestUnmapProgram_TheProgramGoesOn(t *testing.T) {
	if err := unmapProgram(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Repeat("ktops ", 2); got != "ktops ktops " {
		t.Errorf("after it: %q", got)
	}
}

func TestReadOnlyPart_LeavesDataAlone(t *testing.T) {
	const program = "/usr/bin/ktops"
	for line, want := range map[string]bool{
		"00400000-01a3b000 r-xp 00000000 fe:00 12345                      /usr/bin/ktops":           true,
		"01a3b000-02f00000 r--p 0163b000 fe:00 12345                      /usr/bin/ktops":           true,
		"02f00000-03000000 rw-p 02b00000 fe:00 12345                      /usr/bin/ktops":           false,
		"7f0000000000-7f0000001000 r--p 00000000 fe:00 99                 /usr/lib/libc.so":         false,
		"c000000000-c004000000 rw-p 00000000 00:00 0":                                               false,
		"00400000-01a3b000 r-xp 00000000 fe:00 12345                      /usr/bin/ktops (deleted)": false,
	} {
		if _, _, got := readOnlyPart(line, program); got != want {
			t.Errorf("%s: %t", line, got)
		}
	}
	if _, err := os.Stat("/proc/self/maps"); err != nil {
		t.Errorf("this system tells no maps: %v", err)
	}
}
