package nginx_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	for variable, be := range map[string]func(string) error{agentFolder: serveAsAgent, crashing: dieWhile} {
		if value, ok := os.LookupEnv(variable); ok { // this process is to be another one
			if err := be(value); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		}
	}
	goleak.VerifyTestMain(m)
}
