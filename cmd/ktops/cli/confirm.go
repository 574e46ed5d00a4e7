package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"
)

// confirm asks, and ends the command when the answer is not yes.
func (inv *invocation) confirm(ctx context.Context, question string) error {
	if err := write(inv.Out, question+" [y/N] "); err != nil {
		return err
	}
	yes, err := inv.readYes(ctx)
	if err != nil || yes {
		return err
	}
	if err := inv.say("Nothing was changed."); err != nil {
		return err
	}
	return &ended{exitFailed}
}

// readYes waits for an answer, or for Ctrl-C. A reader of a terminal cannot be
// woken, so it is left to end with the process.
func (inv *invocation) readYes(ctx context.Context) (bool, error) {
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(inv.In).ReadString('\n') // no answer is a no
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		return false, fmt.Errorf("nothing was changed: %w", ctx.Err())
	case text := <-answer:
		return text == "y" || text == "yes", nil
	}
}
