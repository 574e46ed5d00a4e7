package nginx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// How long one question to the edge may take, and for how long it is asked until it
// has loaded what was written.
const (
	proofTimeout  = 3 * time.Second
	proofPatience = 10 * time.Second
	proofEvery    = 20 * time.Millisecond
)

// statePath answers which configuration nginx has loaded.
const statePath = "/.ktops/state"

// load writes the configuration, has nginx test and load it, and returns when it
// answers with the marker. Where anything fails, the one from before is put back.
func (e *Edge) load(ctx context.Context, conf []byte, marker string) error {
	before, ok, err := e.read(ctx, confFile)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%s is not in %s, so nginx includes nothing of ktops: ktops edge install tells what to do", confFile, e.options.Directory)
	}
	if bytes.Equal(before, conf) && e.answers(ctx, marker) == nil {
		return nil
	}
	if err := e.write(ctx, confFile, conf); err != nil {
		return err
	}
	if err := e.reload(ctx, marker); err != nil {
		return errors.Join(err, e.putBack(ctx, before, marker))
	}
	return nil
}

func (e *Edge) reload(ctx context.Context, marker string) error {
	if err := e.do(ctx, testConf); err != nil {
		return fmt.Errorf("nginx does not take the configuration: %w", err)
	}
	before, err := e.workers(ctx)
	if err != nil {
		e.options.Log.WithError(err).Warn("cannot list nginx's workers; that the old ones take nobody any more is not proved")
	}
	if err := e.do(ctx, reloadConf); err != nil {
		return fmt.Errorf("reload nginx: %w", err)
	}
	return e.prove(ctx, before, marker)
}

// replaced reports whether workers from before a reload still take callers. Until
// they do not, one caller gets the old answer and the next the new one.
func (e *Edge) replaced(ctx context.Context, before []worker) error {
	if len(before) == 0 {
		return nil
	}
	now, err := e.workers(ctx)
	if err != nil {
		return err
	}
	for _, w := range now {
		if !w.Leaving && slices.ContainsFunc(before, func(old worker) bool { return old.PID == w.PID }) {
			return fmt.Errorf("worker %d has not been replaced", w.PID)
		}
	}
	return nil
}

// putBack brings the previous configuration back, also when ctx has ended, and
// returns when the one with the marker does not answer any more. What nginx refuses
// then was not ktops' doing, and it goes on with what it has loaded.
func (e *Edge) putBack(ctx context.Context, before []byte, marker string) error {
	ctx = context.WithoutCancel(ctx)
	if err := e.write(ctx, confFile, before); err != nil {
		return err
	}
	if err := e.do(ctx, testConf); err != nil {
		return errors.New("it does not take what was there before ktops changed anything either, so the mistake is in nginx's own configuration: mend that first")
	}
	if err := e.do(ctx, reloadConf); err != nil {
		return fmt.Errorf("put the previous configuration back: %w", err)
	}
	return e.poll(ctx, func(ctx context.Context) error {
		if _, head, err := e.get(ctx, statePath); err == nil && head.Get(MarkerHeader) == marker {
			return errors.New("nginx still answers by the configuration that was put back")
		}
		return nil
	})
}

// prove waits until the workers from before take nobody any more and the edge
// answers with the marker.
func (e *Edge) prove(ctx context.Context, before []worker, marker string) error {
	err := e.poll(ctx, func(ctx context.Context) error {
		if err := e.replaced(ctx, before); err != nil {
			return err
		}
		return e.answers(ctx, marker)
	})
	if err != nil {
		return fmt.Errorf("nginx was reloaded, but what was written does not answer at %s: %w; "+
			"see that its server block has “%s” and no error_page 503 before it", e.options.URL, err, e.Include())
	}
	return nil
}

// poll asks until the answer is right, for as long as the proof may take, and gives
// the last answer.
func (e *Edge) poll(ctx context.Context, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, e.patience)
	defer cancel()
	tick := time.NewTicker(proofEvery)
	defer tick.Stop()
	var last error
	for {
		err := ask(ctx)
		if err == nil {
			return nil
		}
		if last == nil || ctx.Err() == nil { // that it was interrupted is no answer
			last = err
		}
		select {
		case <-ctx.Done():
			return last
		case <-tick.C:
		}
	}
}

// answers reports how the edge answers otherwise than the marker says it must.
func (e *Edge) answers(ctx context.Context, marker string) error {
	_, head, err := e.get(ctx, statePath)
	if err != nil {
		return err
	}
	if got := head.Get(MarkerHeader); got != marker {
		return fmt.Errorf("its state is %q instead of %q", got, marker)
	}
	if !strings.HasPrefix(marker, "closed") {
		return nil
	}
	status, head, err := e.get(ctx, "/.ktops-proof")
	if err != nil {
		return err
	}
	if status != http.StatusServiceUnavailable || head.Get(MarkerHeader) != marker || head.Get("Retry-After") == "" {
		return fmt.Errorf("a caller gets status %d instead of the page", status)
	}
	return nil
}

// lets reports why the edge, whatever it has loaded, does not let callers pass.
func (e *Edge) lets(ctx context.Context) error {
	_, head, err := e.get(ctx, statePath)
	if err != nil {
		return err
	}
	if got := head.Get(MarkerHeader); !strings.HasPrefix(got, "open ") {
		return fmt.Errorf("its state is %q", got)
	}
	return nil
}

func (e *Edge) get(ctx context.Context, path string) (status int, head http.Header, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base(e.options.URL)+path, nil)
	if err != nil {
		return 0, nil, err
	}
	resp, err := e.web.Do(req)
	if err != nil {
		return 0, nil, err
	}
	return resp.StatusCode, resp.Header, resp.Body.Close()
}
