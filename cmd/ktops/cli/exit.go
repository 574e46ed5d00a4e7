package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
)

// The exit codes.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitRefused = 3
)

// usageError is a command line or a configuration that makes no sense.
type usageError struct{ cause error }

func (e *usageError) Error() string { return e.cause.Error() }
func (e *usageError) Unwrap() error { return e.cause }

func usagef(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{fmt.Errorf("%s\n%s --help shows what can be typed", fmt.Sprintf(format, args...), cmd.CommandPath())}
}

// ended is a command that has said all it has to say.
type ended struct{ code int }

func (e *ended) Error() string { return fmt.Sprintf("ended with code %d", e.code) }

func exitCode(err error) int {
	var over *ended
	var usage *usageError
	var refusal *ops.Refusal
	var configuration config.Errors
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &over):
		return over.code
	case errors.As(err, &refusal):
		return exitRefused
	case errors.As(err, &usage), errors.As(err, &configuration):
		return exitUsage
	}
	return exitFailed
}

// report tells the error once, on standard error, and gives the exit code.
func (inv *invocation) report(err error) int {
	code := exitCode(err)
	var over *ended
	if err == nil || errors.As(err, &over) {
		return code
	}
	text := errorText(inv.style(), err)
	if inv.json {
		text = errorJSON(err)
	}
	_, _ = io.WriteString(inv.Err, text) // there is nowhere else to tell it
	return code
}

func errorText(style console.Style, err error) string {
	var refusal *ops.Refusal
	var configuration config.Errors
	switch {
	case errors.As(err, &refusal):
		return console.Refusal(style, refusal)
	case errors.As(err, &configuration):
		return strings.TrimSuffix(err.Error(), "\n") + "\n"
	case errors.Is(err, context.Canceled):
		return "Interrupted.\n"
	}
	return "ktops: " + err.Error() + "\n"
}

func errorJSON(err error) string {
	out := struct {
		Error         string        `json:"error"`
		Refusal       *ops.Refusal  `json:"refusal,omitempty"`
		Configuration config.Errors `json:"configuration,omitempty"`
	}{Error: err.Error()}
	errors.As(err, &out.Refusal)
	errors.As(err, &out.Configuration)
	text, failed := json.Marshal(out)
	if failed != nil {
		return err.Error() + "\n"
	}
	return string(text) + "\n"
}
