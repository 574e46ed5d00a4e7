package cli_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/internal/control/controltest"
	"github.com/keeptrusts/ktops/ops"
)

var update = flag.Bool("update", false, "rewrite the expected output in the scripts")

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *update, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "UTC")
			env.Setenv("ME", control.UnixActor(os.Getuid()).Name)
			env.Setenv("KTOPS_CONFIG", filepath.Join(env.WorkDir, "ktops.yaml"))
			socket := filepath.Join(env.WorkDir, "ktops.sock")
			env.Setenv("SOCKET", socket)
			text := fmt.Sprintf(configuration, env.WorkDir, socket)
			return os.WriteFile(filepath.Join(env.WorkDir, "ktops.yaml"), []byte(text), 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"daemon": daemon, "exits": exits, "releases": writeReleases,
		},
	})
}

// configuration is what the scripts begin with; the daemon is behind its socket.
const configuration = `journal: %[1]s/ktops.db
socket: %[2]s
releases: {file: %[1]s/releases.txt}
environments:
  production:
    platform: {compose: {directory: /opt/keeptrusts}}
    database: {host: db.internal}
    backup: {directory: /var/backups/keeptrusts}
    endpoints: {api: "http://localhost:8080", gateway: "http://localhost:41002", console: "http://localhost:3000"}
    policy: {approve: {users: ["unix:root"]}}
    windows: {fromfile: {cron: "0 4 * * SUN", duration: 2h, does: [backup]}}
  staging:
    platform: {compose: {directory: /opt/staging}}
    database: {host: db.staging}
    backup: {directory: /var/backups/staging}
    endpoints: {api: "http://localhost:8080", gateway: "http://localhost:41002", console: "http://localhost:3000"}
    policy: {approvals: 0}
`

// exits runs a command and asks for its exit code: exits 2 ktops plan.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		got = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s exits with %d, want %d\n%s", strings.Join(args[1:], " "), got, want, ts.ReadFile("stderr"))
	}
}

// daemon serves a fake behind the configured socket for the rest of the script:
// daemon [approvals] [major] [closed] [empty] [refuse METHOD] [break METHOD TEXT]
// [failing] [brokendrill] [noway].
func daemon(ts *testscript.TestScript, _ bool, args []string) {
	fake := newFake()
	for i, arg := range args {
		switch arg {
		case "approvals":
			fake.Approvals = 1
		case "failing":
			fake.PlanOf.Checks = append(fake.PlanOf.Checks, ops.Finding{Check: "leftovers", Level: ops.Fail, Fact: "one container", Advice: "remove it"})
			fake.ReportOf.Checks[0].Level = ops.Fail
		case "major":
			fake.PlanOf = newMajor()
		case "noway":
			for i := range fake.AdviceOf.Choices {
				fake.AdviceOf.Choices[i].Possible = false
			}
		case "brokendrill":
			fake.DrillOf.Checks[0].Level = ops.Fail
		case "closed":
			fake.StatusOf.Edge = &ops.EdgeState{Closed: &ops.Closure{
				Environment: "production", Run: "r-abc234", Since: moment, Back: moment.Add(30 * time.Minute), Doing: "new certificates", Now: "stay closed"}}
		case "empty":
			fake.WindowsOf, fake.PastOf, fake.FreezesOf = nil, nil, nil
		case "break":
			fake.Fail = map[string]error{args[i+1]: errors.New(args[i+2])}
		case "refuse":
			fake.Fail = map[string]error{args[i+1]: &ops.Refusal{
				Why: "who asked for a run cannot approve it", Try: []string{"ask another approver"},
				Findings: []ops.Finding{{Check: "policy", Level: ops.Fail, Fact: "1 approval is needed"}}}}
		}
	}
	serveFake(ts, fake)
}

func serveFake(ts *testscript.TestScript, fake *controltest.Fake) {
	ctx, cancel := context.WithCancel(context.Background())
	stop, err := startDaemon(ctx, ts.Getenv("SOCKET"), fake)
	if err != nil {
		cancel()
		ts.Fatalf("%v", err)
	}
	var playing sync.WaitGroup
	playing.Go(func() { play(ctx, fake) })
	ts.Defer(func() {
		cancel()
		playing.Wait()
		stop()
	})
}

// startDaemon serves a fake behind a socket, and gives what ends it.
func startDaemon(ctx context.Context, socket string, fake *controltest.Fake) (stop func(), err error) {
	listener, err := control.Listen(ctx, socket)
	if err != nil {
		return nil, err
	}
	quiet := logrus.New()
	quiet.SetOutput(io.Discard)
	server := control.NewServer(control.ServerOptions{
		Service: fake, Version: "1.2.3", Log: logrus.NewEntry(quiet),
		Reload: func(context.Context) (control.Reloaded, error) {
			return control.Reloaded{Changed: []string{"policies"}, NeedsRestart: []string{"listen"}}, nil
		},
	})
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	return func() {
		cancel()
		<-ended
		_ = listener.Close()
	}, nil
}

func writeReleases(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs("releases.txt"), []byte(strings.Join(args, "\n")), 0o600))
}
