package wire

import (
	"context"
	"fmt"

	"github.com/keeptrusts/ktops/ops"
)

// handlers perform the platform's steps, and open it when the first one comes.
func (p *platform) handlers() ops.Handlers {
	return ops.Handlers{
		ops.PullImages:   late{p, ops.PullImages},
		ops.Roll:         lateUndoer{late{p, ops.Roll}},
		ops.Pin:          lateUndoer{late{p, ops.Pin}},
		ops.StopService:  lateUndoer{late{p, ops.StopService}},
		ops.StartService: lateUndoer{late{p, ops.StartService}},
	}
}

// late is a handler of a platform that may not be open yet.
type late struct {
	platform *platform
	kind     ops.Kind
}

func (l late) handler(ctx context.Context) (ops.Handler, error) {
	opened, err := l.platform.get(ctx)
	if err != nil {
		return nil, err
	}
	return opened.Handlers()[l.kind], nil
}

// Done implements ops.Handler.
func (l late) Done(ctx context.Context, task ops.Task) (bool, ops.Result, error) {
	handler, err := l.handler(ctx)
	if err != nil {
		return false, ops.Result{}, err
	}
	return handler.Done(ctx, task)
}

// Do implements ops.Handler.
func (l late) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	handler, err := l.handler(ctx)
	if err != nil {
		return ops.Result{}, err
	}
	return handler.Do(ctx, task)
}

// lateUndoer is a late handler of steps that can be put back.
type lateUndoer struct{ late }

// Undo implements ops.Undoer.
func (l lateUndoer) Undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	handler, err := l.handler(ctx)
	if err != nil {
		return ops.Result{}, err
	}
	undoer, ok := handler.(ops.Undoer)
	if !ok {
		return ops.Result{}, fmt.Errorf("the platform cannot put back steps of kind %q", l.kind)
	}
	return undoer.Undo(ctx, task)
}
