package postgres_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"

	"go.uber.org/goleak"

	"github.com/keeptrusts/ktops/internal/harness"
)

// Where the tests' cluster is: by environment, so that a process that a test
// starts finds it too.
const (
	envPort  = "KTOPS_TEST_POSTGRES_PORT"
	envBin   = "KTOPS_TEST_POSTGRES_BIN"
	envChild = "KTOPS_TEST_CHILD" // what a child process shall do instead of tests
)

func TestMain(m *testing.M) {
	if os.Getenv(envChild) != "" {
		os.Exit(child(os.Getenv(envChild)))
	}
	flag.Parse()
	goleak.VerifyTestMain(withCluster{m})
}

// withCluster runs the tests with a PostgreSQL cluster of their own.
type withCluster struct{ tests *testing.M }

func (w withCluster) Run() int {
	if testing.Short() {
		return w.tests.Run()
	}
	ctx := context.Background()
	cluster, err := harness.StartPostgres(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for name, value := range map[string]string{envPort: strconv.Itoa(cluster.Port), envBin: cluster.Bin} {
		if err := os.Setenv(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	code := w.tests.Run()
	if err := cluster.Close(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
