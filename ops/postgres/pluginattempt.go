package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A command outlives a ktops that is killed, and would go on beside the next attempt.
// So a file says which process it is, and the next attempt ends it first.

// attemptFile is where a command that runs is noted; a check changes nothing and is not.
func (p plugin) attemptFile(a asked) string {
	if a.verb == verbCheck {
		return ""
	}
	return p.records().path(a.run, ".running")
}

func (p plugin) noteAttempt(a asked, pid int) error {
	file := p.attemptFile(a)
	if file == "" {
		return nil
	}
	return p.records().writeFile(file, fmt.Appendf(nil, "%d %s", pid, startOf(pid)))
}

func (p plugin) forgetAttempt(a asked) error {
	file := p.attemptFile(a)
	if file == "" {
		return nil
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// endAttempt ends the command of an attempt whose ktops has died, with all that it
// started. A process that only got its number is told by its start.
func (p plugin) endAttempt(ctx context.Context, a asked) error {
	file := p.attemptFile(a)
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the command of an earlier attempt: %w", err)
	}
	number, start, _ := strings.Cut(string(text), " ")
	pid, err := strconv.Atoi(number)
	if err != nil || pid <= 1 || start == "" || startOf(pid) != start {
		return p.forgetAttempt(a)
	}
	p.server.opts.Log.WithField("run", a.run).WithField("pid", pid).Warn("the snapshot command of an earlier attempt still runs: it is ended")
	tick := time.NewTicker(endPause)
	defer tick.Stop()
	for began := time.Now(); groupRuns(pid); {
		signal := syscall.SIGTERM
		if time.Since(began) > killAfter {
			signal = syscall.SIGKILL
		}
		if err := syscall.Kill(-pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("end the command of an earlier attempt, process %d: %w", pid, err)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return p.forgetAttempt(a)
}

// startOf tells a process from another that gets its number later: when it started, in
// ticks since the boot. Empty when there is none, or one that has ended already.
func startOf(pid int) string {
	_, start := statOf(fmt.Sprintf("/proc/%d/stat", pid))
	return start
}

// groupRuns reports whether any process of a group runs, be it without its leader. One
// that has ended, and that nobody has taken notice of, can still be sent a signal.
func groupRuns(group int) bool {
	all, _ := filepath.Glob("/proc/[0-9]*/stat") // fails only for another pattern
	return slices.ContainsFunc(all, func(file string) bool {
		of, _ := statOf(file)
		return of == strconv.Itoa(group)
	})
}

// statOf is the group of a process and when it started; empty when it has ended.
func statOf(file string) (group, started string) {
	stat, err := os.ReadFile(file)
	if err != nil {
		return "", ""
	}
	// The name of the program may have anything in it but ends with the last bracket.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	const state, pgrp, start = 0, 2, 19
	if len(fields) <= start || fields[state] == "Z" {
		return "", ""
	}
	return fields[pgrp], fields[start]
}
