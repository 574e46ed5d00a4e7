package notify_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if file := os.Getenv(victim); file != "" {
		beKilled(file)
	}
	goleak.VerifyTestMain(m)
}
