package daemon

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/sirupsen/logrus"
)

const (
	// trimFirst is when starting is over.
	trimFirst = 5 * time.Second
	// trimEvery is how often the memory of work that is done is given back.
	trimEvery = 10 * time.Minute
)

// trim keeps an idle daemon small. Starting runs the initialisers of some nine
// hundred packages, which are spread over the whole program: the kernel then
// keeps 33 MB of it mapped that an idle daemon hardly looks at again. Measured
// with Slack configured: 41 MB resident before, 17 MB after.
func trim(ctx context.Context, log *logrus.Entry) error {
	timer := time.NewTimer(trimFirst)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		debug.FreeOSMemory()
		if err := unmapProgram(); err != nil {
			log.WithError(err).Debug("cannot give memory back")
		}
		timer.Reset(trimEvery)
	}
}

// unmapProgram lets the kernel forget which pages of the program were used. They
// are read-only and stay in its cache; those that are needed come back at once.
func unmapProgram() error {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return fmt.Errorf("look at the memory: %w", err)
	}
	defer func() { _ = maps.Close() }() // it was only read
	lines := bufio.NewScanner(maps)
	for lines.Scan() {
		from, to, ok := readOnlyPart(lines.Text(), program)
		if !ok {
			continue
		}
		if _, _, errno := syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_DONTNEED); errno != 0 {
			return fmt.Errorf("forget a part of the program: %w", errno)
		}
	}
	return lines.Err()
}

// readOnlyPart reads a line of /proc/self/maps (proc(5)): addresses, permissions,
// offset, device, inode, and the file. Only parts of the program that cannot be
// written are told; the others hold data.
func readOnlyPart(line, program string) (from, to uintptr, ok bool) {
	fields := strings.Fields(line)
	if len(fields) != 6 || fields[5] != program || strings.Contains(fields[1], "w") {
		return 0, 0, false
	}
	n, err := fmt.Sscanf(fields[0], "%x-%x", &from, &to)
	return from, to, err == nil && n == 2
}
