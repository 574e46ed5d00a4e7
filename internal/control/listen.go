package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/keeptrusts/ktops/ops"
)

const (
	socketMode = 0o660 // the daemon's group may use it
	folderMode = 0o750
)

// Listener is the daemon's end of the socket. A lock file beside the socket says
// that a daemon lives: the kernel gives it up with the process, so a socket file
// that a killed daemon left is known for what it is and replaced.
type Listener struct {
	net.Listener
	lock *os.File
}

// Listen takes the socket. A second daemon gets a *ops.Refusal.
func Listen(ctx context.Context, path string) (*Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), folderMode); err != nil {
		return nil, fmt.Errorf("make the socket's folder: %w", err)
	}
	lock, err := lockFile(path)
	if err != nil {
		return nil, err
	}
	listener, err := listenUnix(ctx, path)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return &Listener{Listener: listener, lock: lock}, nil
}

// Close removes the socket and lets the next daemon have it.
func (l *Listener) Close() error {
	err := l.Listener.Close()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return errors.Join(err, l.lock.Close())
}

func lockFile(path string) (*os.File, error) {
	name := path + ".lock"
	lock, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the socket: %w", err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder, _ := io.ReadAll(lock) // only for the message
		return nil, errors.Join(alreadyRunning(path, strings.TrimSpace(string(holder))), lock.Close())
	}
	if err == nil {
		err = errors.Join(lock.Truncate(0), writePID(lock))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the socket with %s: %w", name, err), lock.Close())
	}
	return lock, nil
}

func writePID(lock *os.File) error {
	_, err := lock.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}

func alreadyRunning(path, pid string) error {
	return ops.Refuse(fmt.Sprintf("another ktops (process %s) already serves %s", pid, path),
		"use it with the other commands", "or stop it first: systemctl stop ktops")
}

func listenUnix(ctx context.Context, path string) (net.Listener, error) {
	info, err := os.Lstat(path)
	switch {
	case err == nil && info.Mode().Type() != fs.ModeSocket:
		return nil, fmt.Errorf("listen on %s: a file that is not a socket is in the way; move it or change socket in ktops.yaml", path)
	case err == nil: // left by a daemon that was killed
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("remove the socket that a dead daemon left: %w", err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("look for the socket: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen on the socket: %w", err)
	}
	if err := os.Chmod(path, socketMode); err != nil {
		return nil, errors.Join(fmt.Errorf("open the socket to its group: %w", err), listener.Close())
	}
	return listener, nil
}
