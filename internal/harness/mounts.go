package harness

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// mountPoint is the field of /proc/self/mountinfo that says where.
const mountPoint = 4

// unmountBelow detaches what an engine left mounted under dir, newest first, so that
// the directory can be removed.
func unmountBelow(dir string) error {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return fmt.Errorf("list mounts: %w", err)
	}
	var below []string
	for line := range strings.Lines(string(table)) {
		if fields := strings.Fields(line); len(fields) > mountPoint && strings.HasPrefix(fields[mountPoint], dir+"/") {
			below = append([]string{fields[mountPoint]}, below...)
		}
	}
	var errs []error
	for _, point := range below {
		if err := syscall.Unmount(point, syscall.MNT_DETACH); err != nil {
			errs = append(errs, fmt.Errorf("unmount %s: %w", point, err))
		}
	}
	return errors.Join(errs...)
}
