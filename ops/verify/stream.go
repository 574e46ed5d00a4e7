package verify

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	// streamPause is how long the probe waits after a stream that failed, so that
	// an edge that is down is not hammered.
	streamPause = time.Second
	// silence is how long nothing may come before a stream counts as cut: a caller
	// would not have waited longer either.
	silence = time.Minute
)

var (
	// errCut is a stream that ended before its last event.
	errCut = errors.New("the stream ended before data: [DONE]")
	// errSilent ends a stream from which nothing came for too long.
	errSilent = fmt.Errorf("nothing came for %s", silence)
)

// stream keeps one long answer open at any time.
func (p *Probing) stream(sending, answering context.Context, route Route) {
	for sending.Err() == nil {
		began, err := p.readStream(answering, route)
		if err != nil && context.Cause(answering) != nil {
			if began {
				p.countStream(route.Name, nil) // it was well until the probe was over
			}
			return
		}
		p.countStream(route.Name, err)
		if err != nil {
			pause(sending, streamPause)
		}
	}
}

// readStream reads one answer of server-sent events to its last, data: [DONE], and
// tells whether it began at all.
func (p *Probing) readStream(ctx context.Context, route Route) (bool, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(silence, func() { cancel(errSilent) })
	defer watch.Stop()
	response, err := p.open(ctx, route)
	if err != nil {
		return false, silent(ctx, err)
	}
	defer response.Body.Close()
	return true, silent(ctx, readEvents(response.Body, func() { watch.Reset(silence) }))
}

func readEvents(body io.Reader, came func()) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, bodyLimit)
	for lines.Scan() {
		came()
		data, ok := strings.CutPrefix(lines.Text(), "data:")
		if ok && strings.TrimSpace(data) == "[DONE]" {
			return nil
		}
	}
	return errors.Join(errCut, lines.Err())
}

// silent says of a stream that was ended for its silence that it was.
func silent(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), errSilent) {
		return errSilent
	}
	return err
}

func (p *Probing) countStream(route string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if errors.Is(err, errClosed) {
		p.result.Closed++ // none began, so none was cut
		return
	}
	p.result.Streams++
	if err != nil {
		p.result.StreamsCut++
		p.sample(route, err)
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
