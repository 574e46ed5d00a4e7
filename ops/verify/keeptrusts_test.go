package verify_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/verify"
)

const (
	apiToken   = "kt_api_secret"
	gatewayKey = "kt_gk_secret"
)

// platform is a Keeptrusts of one version behind one address, to be broken.
type platform struct {
	version string
	status  string
	broken  string // path that answers 500
	applied []ops.AppliedMigration
	state   ops.PlatformState
}

func newPlatform() *platform {
	v := ops.Version{Major: 2, Minor: 5}
	one := func(c ops.Component, n int) ops.Service {
		s := ops.Service{Component: c, Name: "keeptrusts-" + string(c), Replicas: n}
		for i := range n {
			s.Containers = append(s.Containers, ops.Container{Name: fmt.Sprintf("kt-%s-%d", c, i+1), Version: v, Healthy: true})
		}
		return s
	}
	return &platform{version: "2.5.0", status: "healthy",
		applied: []ops.AppliedMigration{{Version: 144, Description: "add policies", Success: true}, {Version: 145, Description: "add risk", Success: true}},
		state:   ops.PlatformState{Services: []ops.Service{one(ops.API, 1), one(ops.Console, 1), one(ops.Gateway, 2)}}}
}

func (p *platform) Observe(context.Context, ops.Version) (ops.PlatformState, error) {
	return p.state, nil
}
func (p *platform) ObserveDatabase(context.Context) (ops.DatabaseState, error) {
	return ops.DatabaseState{}, errors.New("not asked")
}
func (p *platform) Applied(context.Context) ([]ops.AppliedMigration, error) { return p.applied, nil }

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == p.broken:
		http.Error(w, "broken", http.StatusInternalServerError)
	case r.URL.Path == "/health":
		fmt.Fprintf(w, `{"status":%q,"version":%q,"connections":7}`, p.status, p.version)
	case r.URL.Path == "/v1/exports" && r.Header.Get("Authorization") == "Bearer "+apiToken && r.FormValue("status") == "pending":
		fmt.Fprint(w, `{"total":3}`)
	case r.URL.Path == "/v1/chat/completions" && r.Header.Get("Authorization") == "Bearer "+gatewayKey:
		fmt.Fprint(w, `{"choices":[]}`)
	case r.URL.Path == "/":
		fmt.Fprint(w, "<html>")
	default:
		http.Error(w, "unauthorized", http.StatusUnauthorized)
	}
}

func (p *platform) keeptrusts(t *testing.T, change func(*verify.Options)) *verify.Keeptrusts {
	t.Helper()
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	options := verify.Options{
		API: server.URL, Gateway: server.URL, Console: server.URL, CLI: []string{"echo", "kt", "2.4.3"},
		APIToken: func() string { return apiToken }, GatewayKey: func() string { return gatewayKey }, Platform: p, Database: p,
	}
	if change != nil {
		change(&options)
	}
	return verify.New(options)
}

func TestObserveApp_TellsTheNumbersOfTheChecklist(t *testing.T) {
	got := newPlatform().keeptrusts(t, nil).ObserveApp(t.Context())
	if got.APIVersion.String() != "2.5.0" || got.CLI.String() != "2.4.3" || *got.Connections != 7 || *got.PendingExports != 3 || len(got.Notes) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestObserveApp_SaysWhyANumberIsMissing(t *testing.T) {
	p := newPlatform()
	p.broken = "/health"
	got := p.keeptrusts(t, func(o *verify.Options) {
		o.APIToken = func() string { return "kt_wrong_token" }
		o.CLI = []string{"/nonexistent/kt"}
	}).ObserveApp(t.Context())
	notes := fmt.Sprint(got.Notes)
	for _, want := range []string{"500", "401", "/nonexistent/kt"} {
		if !strings.Contains(notes, want) {
			t.Errorf("%q is not in %s", want, notes)
		}
	}
	if strings.Contains(notes, "kt_wrong_token") {
		t.Error("a note tells the token")
	}
}

func TestVerify_FindsEachFault(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*platform)
		check  string // empty: all pass
		fact   string
	}{
		"all well":            {func(*platform) {}, "", ""},
		"API down":            {func(p *platform) { p.broken = "/health" }, "API health", "500"},
		"ill":                 {func(p *platform) { p.status = "degraded" }, "gateway health", "degraded"},
		"old container":       {func(p *platform) { p.version = "2.4.3" }, "API health", "version 2.4.3"},
		"console down":        {func(p *platform) { p.broken = "/" }, "console", "500"},
		"gateway refuses":     {func(p *platform) { p.broken = "/v1/chat/completions" }, "smoke request", "500"},
		"dirty migration":     {func(p *platform) { p.applied[1].Success = false }, "migrations", "0145"},
		"container too few":   {func(p *platform) { p.state.Services[2].Containers = p.state.Services[2].Containers[:1] }, "running versions", "1 of 2"},
		"container behind":    {func(p *platform) { p.state.Services[1].Containers[0].Version.Minor = 4 }, "running versions", "kt-console-1 runs 2.4.0"},
		"container unhealthy": {func(p *platform) { p.state.Services[0].Containers[0].Healthy = false }, "running versions", "kt-api-1 is not healthy"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform()
			c.change(p)
			report, err := p.keeptrusts(t, nil).Verify(t.Context(), ops.Version{Major: 2, Minor: 5})
			if err != nil {
				t.Fatal(err)
			}
			if c.check == "" {
				if report.Level() != ops.Pass || len(report.Checks) != 6 || len(report.Running) != 4 {
					t.Errorf("%+v", report)
				}
				return
			}
			for _, f := range report.Checks {
				if f.Check == c.check && f.Level == ops.Fail && strings.Contains(f.Fact, c.fact) {
					return
				}
			}
			t.Errorf("%+v", report.Checks)
		})
	}
}

func TestVerify_WithoutAGatewayKeyTheSmokeRequestIsLeftOut(t *testing.T) {
	p := newPlatform()
	report, err := p.keeptrusts(t, func(o *verify.Options) { o.GatewayKey = nil }).Verify(t.Context(), ops.Version{Major: 2, Minor: 5})
	if err != nil {
		t.Fatal(err)
	}
	if f := report.Checks[4]; f.Level != ops.Warn || !strings.Contains(f.Fact, "not sent") || report.Level() != ops.Warn {
		t.Errorf("%+v", f)
	}
}
