package harness

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// nginxFiles are the binary, the libraries that it is linked with, and the few
// directories and accounts it wants.
func nginxFiles(ctx context.Context) ([]file, error) {
	binary, err := exec.LookPath("nginx")
	if err != nil {
		if binary, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return nil, fmt.Errorf("find nginx (scripts/deps installs it): %w", err)
		}
	}
	linked, err := runCommand(ctx, "", nil, "ldd", binary)
	if err != nil {
		return nil, err
	}
	files := []file{
		{name: "etc/passwd", body: []byte("root:x:0:0::/:/\nnobody:x:65534:65534::/:/\n"), mode: 0o644},
		{name: "etc/group", body: []byte("root:x:0:\nnogroup:x:65534:\n"), mode: 0o644},
		{name: "tmp/", mode: 0o1777}, {name: "run/", mode: 0o755}, {name: "var/log/nginx/", mode: 0o755},
	}
	for _, path := range append(libraries(linked), binary) {
		body, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read a file of nginx: %w", err)
		}
		name := strings.TrimPrefix(path, "/")
		if path == binary {
			name = "usr/sbin/nginx"
		}
		files = append(files, file{name: name, body: body, mode: 0o755})
	}
	return files, nil
}

// libraries reads the paths out of what ldd prints: «name => /path (0x…)», or for
// the loader «/path (0x…)».
func libraries(ldd string) []string {
	var paths []string
	for line := range strings.Lines(ldd) {
		for field := range strings.FieldsSeq(line) {
			if strings.HasPrefix(field, "/") {
				paths = append(paths, field)
			}
		}
	}
	return paths
}
