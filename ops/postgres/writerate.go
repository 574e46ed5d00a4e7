package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// A measurement writes this much in pieces, and ends earlier on a slow disk: who
	// asks for a plan waits for it.
	measureBytes = 32 << 20
	measurePiece = 4 << 20
	measureFor   = 500 * time.Millisecond
	// measureRoom is the space below which a disk is left alone.
	measureRoom = 1 << 30
	// measureAgain is how long a measurement is believed.
	measureAgain = time.Hour
)

// writeRate is how fast the disk writes, measured now and then.
type writeRate struct {
	mu   sync.Mutex
	at   time.Time
	rate int64 // bytes a second
}

// of is the rate of the first of the folders that can be measured; zero when none
// can be. A folder that does not exist, or is another's, is passed over.
func (w *writeRate) of(ctx context.Context, dirs []string) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.at.IsZero() && time.Since(w.at) < measureAgain {
		return w.rate
	}
	for _, dir := range dirs {
		rate, err := measure(ctx, dir)
		if err == nil {
			w.at, w.rate = time.Now(), rate
			return rate
		}
	}
	return 0 // and tried again at the next look: it costs nothing where it cannot be
}

func (s *Server) measuredDirs() []string {
	if s.opts.DataDir == "" {
		return []string{nearest(s.opts.BackupDir)}
	}
	return []string{s.opts.DataDir, nearest(s.opts.BackupDir)}
}

// measure writes to a file that never has a name, so that no crash leaves it.
func measure(ctx context.Context, dir string) (int64, error) {
	free, err := freeBytes(dir)
	if err != nil {
		return 0, err
	}
	if free < measureRoom {
		return 0, fmt.Errorf("measure the disk of %s: too little is free", dir)
	}
	file, err := os.OpenFile(dir, unix.O_TMPFILE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	piece := noise(measurePiece)
	began := time.Now()
	var written int64
	for written < measureBytes && time.Since(began) < measureFor && ctx.Err() == nil {
		n, err := file.Write(piece)
		if err == nil {
			err = file.Sync()
		}
		if err != nil {
			return 0, err
		}
		written += int64(n)
	}
	return int64(float64(written) / max(time.Since(began).Seconds(), 1e-6)), ctx.Err()
}

// noise does not compress, as some file systems would.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // never fails
	return b
}
