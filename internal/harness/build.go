package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// cacheDir is where what takes long to build stays between worlds.
func cacheDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache: %w", err)
	}
	dir := filepath.Join(cache, "ktops-harness")
	return dir, os.MkdirAll(dir, 0o755)
}

// buildSim builds the static binary. Go leaves a binary alone that is up to date, and
// -trimpath without a version stamp makes it the same in every checkout.
func buildSim(ctx context.Context) (binary []byte, err error) {
	dir, err := cacheDir()
	if err != nil {
		return nil, err
	}
	unlock, err := lockFile(filepath.Join(dir, "ktsim.lock"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	out := filepath.Join(dir, "ktsim")
	if _, err := runCommand(ctx, "", []string{"CGO_ENABLED=0", "GOFLAGS="}, "go", "build", "-trimpath", "-buildvcs=false",
		"-ldflags=-s -w", "-o", out, "github.com/keeptrusts/ktops/cmd/ktsim"); err != nil {
		return nil, fmt.Errorf("build ktsim (run this inside the module): %w", err)
	}
	return os.ReadFile(out)
}

// lockFile keeps two test processes from writing one binary at once.
func lockFile(path string) (unlock func() error, err error) {
	held, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	if err := syscall.Flock(int(held.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), held.Close())
	}
	return held.Close, nil
}
