package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// retry does what asks the engine again while the engine is away for a moment,
// as it is when its package is upgraded. An error that the engine itself answers
// with is final. The operation must look before it changes anything, for an
// attempt whose answer was lost may have succeeded.
func (p *Platform) retry(ctx context.Context, what string, operation func() error) error {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = 100 * time.Millisecond
	pause.MaxInterval = 3 * time.Second
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := operation()
		if err != nil && !transient(err) {
			return struct{}{}, backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(pause), backoff.WithMaxElapsedTime(p.options.Retry),
		backoff.WithNotify(func(err error, next time.Duration) {
			p.log.WithError(err).WithField("next", next).Warnf("engine does not answer: %s", what)
		}))
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// transient reports whether the engine was not there to answer.
func transient(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	for _, gone := range []error{io.EOF, io.ErrUnexpectedEOF,
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, net.ErrClosed} {
		if errors.Is(err, gone) {
			return true
		}
	}
	return client.IsErrConnectionFailed(err) || errdefs.IsUnavailable(err)
}
