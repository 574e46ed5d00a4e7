package control

import (
	"context"
	"errors"
	"net/http"

	"github.com/keeptrusts/ktops/ops"
)

// The bodies of requests. None says who asks.
type (
	decision struct {
		Reason     string `json:"reason,omitempty"`
		BreakGlass bool   `json:"break_glass,omitempty"`
		// Opening is what an approval chose.
		Opening *ops.Opening `json:"opening,omitempty"`
	}
	backupFile struct {
		File string `json:"file"`
		// Into names the database to restore into.
		Into string `json:"into,omitempty"`
	}
)

// answer is the body of every response. A decision that was refused carries the
// run as it is beside the error.
type answer[T any] struct {
	Result T         `json:"result"`
	Error  *wireFail `json:"error,omitempty"`
}

// line is one line of a stream: progress, then one result or error.
type line[T any] struct {
	Progress *ops.Progress `json:"progress,omitempty"`
	Result   *T            `json:"result,omitempty"`
	Error    *wireFail     `json:"error,omitempty"`
}

// wireFail is an error on its way: its text, and what callers branch on.
type wireFail struct {
	Message string       `json:"message"`
	Kind    string       `json:"kind,omitempty"`
	Refusal *ops.Refusal `json:"refusal,omitempty"`
}

// kinds are the errors that callers branch on, by their names on the wire.
func kinds() map[string]error {
	return map[string]error{
		"no-run":   ops.ErrNoRun,
		"busy":     ops.ErrBusy,
		"held":     ops.ErrHeld,
		"fenced":   ops.ErrFenced,
		"conflict": ops.ErrConflict,
		"canceled": context.Canceled,
		"deadline": context.DeadlineExceeded,
	}
}

func toWire(err error) *wireFail {
	if err == nil {
		return nil
	}
	fail := &wireFail{Message: err.Error()}
	errors.As(err, &fail.Refusal)
	for kind, sentinel := range kinds() {
		if errors.Is(err, sentinel) {
			fail.Kind = kind
		}
	}
	return fail
}

// status is for people who look at the socket with curl.
func (f *wireFail) status() int {
	switch {
	case f == nil:
		return http.StatusOK
	case f.Refusal != nil:
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

func (f *wireFail) err() error {
	switch {
	case f == nil:
		return nil
	case f.Refusal != nil:
		f.Refusal.Cause = kinds()[f.Kind]
		return f.Refusal
	}
	return &remoteError{message: f.Message, kind: kinds()[f.Kind]}
}

// remoteError is an error of the daemon: its text, and the sentinel it wraps.
type remoteError struct {
	message string
	kind    error
}

func (e *remoteError) Error() string { return e.message }
func (e *remoteError) Unwrap() error { return e.kind }
