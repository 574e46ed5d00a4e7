package nginx

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The states of a socket in /proc/net/tcp (include/net/tcp_states.h).
const (
	established = "01"
	listening   = "0A"
)

// clients counts the connections of callers that a worker still serves: its
// established sockets on a port that somebody there listens on. It is -1 where
// /proc does not show them, as to a user that is neither nginx's nor root.
func clients(pid int) int {
	dir := fmt.Sprintf("/proc/%d", pid)
	if title, err := os.ReadFile(filepath.Join(dir, "cmdline")); err != nil || !strings.HasPrefix(string(title), workerTitle) {
		return -1 // the number is one of another machine, or of another name space
	}
	own, err := sockets(filepath.Join(dir, "fd"))
	if err != nil {
		return -1
	}
	ports, mine := map[string]bool{}, []string{}
	for _, table := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(filepath.Join(dir, "net", table))
		if err != nil {
			return -1
		}
		for line := range strings.Lines(string(text)) {
			// sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …
			f := strings.Fields(line)
			if len(f) < 10 {
				continue
			}
			_, port, _ := strings.Cut(f[1], ":")
			switch {
			case f[3] == listening:
				ports[port] = true
			case f[3] == established && own[f[9]]:
				mine = append(mine, port)
			}
		}
	}
	count := 0
	for _, port := range mine {
		if ports[port] {
			count++
		}
	}
	return count
}

// sockets are the inodes of the sockets that a process has open.
func sockets(fds string) (map[string]bool, error) {
	entries, err := os.ReadDir(fds)
	if err != nil {
		return nil, err
	}
	inodes := map[string]bool{}
	for _, entry := range entries {
		target, err := os.Readlink(filepath.Join(fds, entry.Name()))
		if inode, ok := strings.CutPrefix(target, "socket:["); err == nil && ok {
			inodes[strings.TrimSuffix(inode, "]")] = true
		}
	}
	return inodes, nil
}
