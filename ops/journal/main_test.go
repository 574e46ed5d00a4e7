package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/journal"
	"github.com/keeptrusts/ktops/ops/journal/journaltest"
)

// childJob tells the test binary to be a second process instead of the tests.
const childJob = "KTOPS_JOURNAL_CHILD"

func TestMain(m *testing.M) {
	job, path := os.Getenv(childJob), os.Getenv("KTOPS_JOURNAL_PATH")
	if job == "" {
		goleak.VerifyTestMain(m)
		return
	}
	if err := child(context.Background(), job, path, os.Getenv("KTOPS_JOURNAL_NAME")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child(ctx context.Context, job, path, name string) error {
	j, err := journal.Open(ctx, path)
	if err != nil {
		return err
	}
	if job == "propose" {
		err = j.Append(ctx, journaltest.Proposal(name, "production"))
		if err != nil && !errors.Is(err, ops.ErrBusy) {
			return err
		}
		fmt.Println(err == nil)
		return j.Close()
	}
	return appendForEver(ctx, j, name)
}

// appendForEver tells each event's number as soon as it is acknowledged, until
// the process is killed.
func appendForEver(ctx context.Context, j *journal.Journal, run string) error {
	events, err := j.Events(ctx, run, 0)
	if err != nil && !errors.Is(err, ops.ErrNoRun) {
		return err
	}
	for seq := len(events) + 1; ; seq++ {
		e := journaltest.Next(run, seq, ops.HoldAsked)
		if seq == 1 {
			e = journaltest.Proposal(run, run)
		}
		if err := j.Append(ctx, e); err != nil {
			return err
		}
		if _, err := fmt.Println(seq); err != nil {
			return err
		}
	}
}
