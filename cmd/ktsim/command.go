package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// healthcheckTimeout is well under the interval that images ask for.
const healthcheckTimeout = 2 * time.Second

// kt answers as the product's own command line does, as far as the guide uses it.
func kt(args []string, getenv func(string) string, out io.Writer) error {
	if len(args) != 1 || (args[0] != "--version" && args[0] != "version") {
		return fmt.Errorf("the stand-in for kt knows only --version: %w", errUsage)
	}
	_, err := fmt.Fprintln(out, "kt", getenv("KT_VERSION"))
	return err
}

// healthcheck is the HEALTHCHECK of an image that has no shell and no curl.
func healthcheck(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	ctx, cancel := context.WithTimeout(ctx, healthcheckTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, args[0], nil)
	if err != nil {
		return fmt.Errorf("check health: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("check health: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("check health of %s: status %s", args[0], resp.Status)
	}
	return nil
}
