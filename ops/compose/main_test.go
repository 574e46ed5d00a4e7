package compose

import (
	"archive/tar"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/moby/moby/client"
	"go.uber.org/goleak"

	"github.com/keeptrusts/ktops/internal/harness"
)

// The images of the tests: one small server under several tags, each with its
// own behaviour.
const testImage = "ktops-compose-test/gateway"

var testTags = map[string][]string{
	"2.4.3": nil,
	"2.5.0": {"ENV MODE=slow"},
	"2.5.1": {"ENV MODE=unhealthy"},
	"2.5.2": {"ENV MODE=crash"},
	"2.5.3": {`HEALTHCHECK --interval=1s --timeout=2s CMD ["/server", "check"]`},
	"2.5.4": {`ENTRYPOINT ["/missing"]`},
	"2.5.5": {"ENV MODE=mismatch"},
}

func TestMain(m *testing.M) {
	if order := os.Getenv(childVariable); order != "" {
		if err := childMain(order); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	code := 1
	if err := run(func() { code = m.Run() }); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// run makes the images for the tests that need a real engine, and removes them.
func run(tests func()) error {
	if testing.Short() {
		tests()
		return nil
	}
	ctx := context.Background()
	opened, err := harness.OpenEngine(ctx)
	if err != nil {
		return err
	}
	defer opened.Close(ctx)
	// The docker command and the processes that tests kill find it there.
	if err := os.Setenv("DOCKER_HOST", opened.Host); err != nil {
		return err
	}
	engine := opened.Client
	content, err := imageContent()
	if err != nil {
		return err
	}
	for tag, changes := range testTags {
		if err := importImage(ctx, engine, content, tag, changes); err != nil {
			return fmt.Errorf("import test image: %w", err)
		}
	}
	tests()
	for tag := range testTags {
		if _, err := engine.ImageRemove(ctx, testImage+":"+tag, client.ImageRemoveOptions{Force: true}); err != nil {
			return err
		}
	}
	return nil
}

func importImage(ctx context.Context, engine *client.Client, content []byte, tag string, changes []string) error {
	changes = append([]string{`ENTRYPOINT ["/server"]`, "ENV VERSION=" + tag}, changes...)
	stream, err := engine.ImageImport(ctx, client.ImageImportSource{Source: bytes.NewReader(content), SourceName: "-"},
		testImage+":"+tag, client.ImageImportOptions{Changes: changes})
	if err != nil {
		return err
	}
	defer stream.Close()
	_, err = io.Copy(io.Discard, stream)
	return err
}

// imageContent is a tar with the static server and some migrations.
func imageContent() ([]byte, error) {
	dir, err := os.MkdirTemp("", "ktops-compose-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "server")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", binary, "./testdata/server")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build test server: %w\n%s", err, out)
	}
	server, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	var content bytes.Buffer
	archive := tar.NewWriter(&content)
	if err := tarFile(archive, "server", 0o755, server); err != nil {
		return nil, err
	}
	for name, text := range testMigrations {
		if err := tarFile(archive, "app/migrations/"+name, 0o644, []byte(text)); err != nil {
			return nil, err
		}
	}
	return content.Bytes(), archive.Close()
}

func tarFile(archive *tar.Writer, name string, mode int64, content []byte) error {
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(content))}); err != nil {
		return err
	}
	_, err := archive.Write(content)
	return err
}
