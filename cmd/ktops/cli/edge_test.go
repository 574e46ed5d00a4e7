package cli_test

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/keeptrusts/ktops/cmd/ktops/cli"
	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/nginx"
)

// fakeEdge is as the variable EDGE says: open, closed, nobody's, or not ready.
type fakeEdge struct{}

func (parts) Edge(*config.Config, config.Environment) (cli.Edge, error) { return fakeEdge{}, nil }

func closedEdge() ops.EdgeState {
	return ops.EdgeState{Closed: &ops.Closure{
		Environment: "production", Run: "r-k3x9ab", Since: moment, At: moment.Add(time.Minute), Back: moment.Add(10 * time.Minute),
		Doing: "upgrade to 3.0.0", Now: "start api",
	}}
}

func (fakeEdge) Look(context.Context) (ops.EdgeState, error) {
	switch os.Getenv("EDGE") {
	case "closed":
		return closedEdge(), nil
	case "nobody's":
		return ops.EdgeState{Closed: &ops.Closure{Environment: "production", Doing: "unknown: state.json was damaged"}}, nil
	case "unready":
		return ops.EdgeState{Findings: []ops.Finding{{Check: "answer", Level: ops.Fail, Fact: "nobody answers", Advice: "see that nginx runs"}}}, nil
	case "broken":
		return ops.EdgeState{}, errors.New("reach the agent on nginx's machine: ssh: connection refused")
	}
	return ops.EdgeState{}, nil
}

func (fakeEdge) Draining(context.Context) (ops.Draining, error) {
	return ops.Draining{Workers: 2, Streams: 3}, nil
}

func (fakeEdge) Install(context.Context) (nginx.Installation, error) {
	i := nginx.Installation{Include: "include /etc/nginx/ktops/ktops.conf;", Findings: []ops.Finding{{Check: "folder", Level: ops.Pass, Fact: "ktops can write in /etc/nginx/ktops"}}}
	if os.Getenv("EDGE") == "unready" {
		i.Wrote = "/etc/nginx/ktops/ktops.conf"
		i.Findings = append(i.Findings, ops.Finding{Check: "include", Level: ops.Fail, Fact: "no server block of nginx includes ktops.conf", Advice: "add it"})
	}
	return i, nil
}

// Guard does what the variable EDGE says.
func (l local) Guard(context.Context, string) (ops.EdgeGuard, error) {
	switch os.Getenv("EDGE") {
	case "closed":
		return ops.EdgeGuard{State: closedEdge(), Verdict: "closed by run r-k3x9ab, which goes on"}, nil
	case "nobody's":
		return ops.EdgeGuard{Verdict: "opened: nobody was working behind it and the platform is healthy", Opened: true}, nil
	case "unready":
		return ops.EdgeGuard{Verdict: "closed, and the platform behind it is not healthy", Alarm: "the API answers 502"}, nil
	case "broken":
		return ops.EdgeGuard{}, errors.New("read the lease of production: disk I/O error")
	}
	return ops.EdgeGuard{Verdict: "open"}, nil
}
