package scheduler_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if stage := os.Getenv(childStage); stage != "" {
		os.Exit(child(stage, os.Getenv(childFile)))
	}
	goleak.VerifyTestMain(m)
}
