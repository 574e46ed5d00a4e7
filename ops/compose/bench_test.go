package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/ops"
)

// benchFile has a service with all that would lead users to a second container of it.
const benchFile = `
services:
  gateway:
    image: ktops-compose-test/gateway:${GATEWAY_VERSION:?set it}
    hostname: gateway
    restart: always
    ports: ["127.0.0.1:%s:8080"]
    labels: {traefik.enable: "true"}
    environment:
      DB_PASSWORD: hunter2-hunter2
      DATABASE_URL: postgres://keeptrusts:hunter2-hunter2@db.internal/keeptrusts?sslmode=disable
      REPLICA_URL: postgresql://reader@replica.internal:5433/keeptrusts
      VIRTUAL_HOST: gateway.example.com
      AUDIT_URL: postgres://auditor@audit.internal/audit
    depends_on: [load]
    networks: {default: {aliases: [api]}}
    volumes: [data:/data, ./keys:/keys]
    configs: [settings]
  load:
    image: ktops-compose-test/gateway:2.4.3
    environment:
      TARGET: http://gateway:8080
volumes:
  data: {}
configs:
  settings:
    content: "written by Compose as the container starts"
`

// onBench has the gateway's service taken for the API's.
func onBench(o *Options) {
	o.Services = map[ops.Component]ServiceOptions{ops.API: {Name: "gateway", Port: 8080}}
	o.Trials = TrialOptions{Environment: []string{"KT_JOBS=off"}, Token: func() string { return "kt_api_test" }}
}

// bench is a world, and the platform that tries versions in it.
type bench struct {
	*world
	*Platform
}

func newBench(t *testing.T) bench {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a Docker engine")
	}
	w := newWorld(t, fmt.Sprintf(benchFile, freePort(t)))
	p := w.open(onBench)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return bench{w, p}
}

func (b bench) attempt(name, of string) ops.Trial {
	return ops.Trial{Run: "R-7", Name: name, Version: version(b.t, of), Database: "kt_scratch"}
}

func (b bench) try(trial ops.Trial) error {
	return b.Try(b.t.Context(), trial, func(ops.Progress) {})
}

// wantTrials counts the containers of all trials of the project.
func (b bench) wantTrials(want int) {
	b.t.Helper()
	found, err := b.trials(b.t.Context(), b.name)
	if err != nil || len(found) != want {
		b.t.Fatalf("%d containers of trials, want %d: %v", len(found), want, err)
	}
}

func TestBench_TriesWhatNoUserReachesAndComposeDoesNotSee(t *testing.T) {
	b := newBench(t)
	before := b.all()
	trial := b.attempt("target", "2.5.0")
	if err := b.try(trial); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.clear)
	if err := b.Answers(t.Context(), trial); err != nil {
		t.Error(err)
	}
	i, err := b.trial(t.Context(), b.name, trial)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"DATABASE_URL=postgres://keeptrusts:hunter2-hunter2@db.internal/kt_scratch?sslmode=disable",
		"REPLICA_URL=postgresql://reader@replica.internal:5433/kt_scratch",
		"AUDIT_URL=postgres://auditor@audit.internal/audit", "KT_JOBS=off",
	} {
		if !slices.Contains(i.env, want) {
			t.Errorf("environment lacks %s: %q", want, i.env)
		}
	}
	b.wantSecluded(i)
	now := b.counts().Requests
	eventually(t, "load goes on", func() bool { return b.counts().Requests > now+50 })
	if served := b.counts().Versions["2.5.0"]; served > 0 {
		t.Errorf("the trial served %d requests of users", served)
	}
	b.up()
	if !slices.Equal(identities(before), identities(b.all())) {
		t.Error("docker compose up -d changed something")
	}
	b.wantTrials(1)
	if err := b.ClearBench(t.Context(), "R-8"); err != nil {
		t.Fatal(err)
	}
	b.wantTrials(1)
	b.clear()
	b.wantTrials(0)
	b.wantNothingLost()
}

// clear works in the test's end as well, when its context has ended.
func (b bench) clear() {
	b.t.Helper()
	if err := b.ClearBench(context.WithoutCancel(b.t.Context()), "R-7"); err != nil {
		b.t.Error(err)
	}
}

// wantSecluded looks for what would lead others to the trial, or it to what is theirs.
func (b bench) wantSecluded(i instance) {
	b.t.Helper()
	result, err := b.engine.ContainerInspect(b.t.Context(), i.id, client.ContainerInspectOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	c := result.Container
	for name, n := range c.NetworkSettings.Networks {
		for _, alias := range append(n.Aliases, n.DNSNames...) {
			if alias == "gateway" || alias == "api" {
				b.t.Errorf("it is found as %s in network %s", alias, name)
			}
		}
	}
	for port, bindings := range c.NetworkSettings.Ports {
		if len(bindings) > 0 {
			b.t.Errorf("its port %s is published: %v", port, bindings)
		}
	}
	if c.Config.Labels["traefik.enable"] != "" {
		b.t.Errorf("a proxy would route to it: %v", c.Config.Labels)
	}
	if slices.ContainsFunc(c.Config.Env, func(kv string) bool { return strings.HasPrefix(kv, "VIRTUAL_HOST") }) {
		b.t.Errorf("a proxy would route to it: %d variables", len(c.Config.Env))
	}
	if name := c.HostConfig.RestartPolicy.Name; name != "no" {
		b.t.Errorf("it is restarted: %s", name)
	}
	for _, m := range c.Mounts {
		if strings.Contains(m.Name, b.name) || (m.Destination == "/keys" && m.RW) {
			b.t.Errorf("it may write %+v", m)
		}
	}
}

func TestBench_TellsWhyAVersionDoesNotComeUp(t *testing.T) {
	b := newBench(t)
	shows := map[string]bool{"2.5.1": true, "2.5.2": true} // the others were never started
	for of, wants := range map[string][]string{
		"2.5.1": {"was not healthy within", "503"},
		"2.5.2": {"it ended with exit code 1", "cannot reach postgres://keeptrusts:***@db"},
		"2.5.4": {"/missing"},
		"2.9.9": {"pull image"},
	} {
		t.Run(of, func(t *testing.T) {
			impatient := b.open(func(o *Options) {
				onBench(o)
				o.HealthTimeout, o.Retry = b.options.HealthInterval*20, b.options.HealthInterval
			})
			defer impatient.Close()
			err := impatient.Try(t.Context(), b.attempt("target", of), func(ops.Progress) {})
			if err == nil {
				t.Fatal("it came up")
			}
			for _, want := range wants {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q: %v", want, err)
				}
			}
			if _, failed := errors.AsType[ops.TrialFailed](err); failed != shows[of] {
				t.Errorf("that it does not come up is shown: %t, want %t: %v", failed, shows[of], err)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error tells the password: %v", err)
			}
			b.wantTrials(0)
		})
	}
}

func TestBench_OnlyAnswersThatReadTablesCount(t *testing.T) {
	b := newBench(t)
	t.Cleanup(b.clear)
	for name, test := range map[string]struct {
		of, token, read, want string
	}{
		"an error":          {"2.5.5", "kt_api_test", "/v1/exports", "/v1/exports answers 500"},
		"no token":          {"2.4.3", "", "/v1/exports", "set checks.api_token"},
		"no such route":     {"2.4.3", "kt_api_test", "/v2/exports", "set trials.reads"},
		"reads its tables":  {"2.4.3", "kt_api_test", "/v1/exports", ""},
		"was never started": {"", "kt_api_test", "/v1/exports", "is not there"},
	} {
		t.Run(name, func(t *testing.T) {
			p := b.open(func(o *Options) {
				onBench(o)
				o.Trials.Reads, o.Trials.Token = []string{test.read}, func() string { return test.token }
			})
			defer p.Close()
			trial := ops.Trial{Run: "R-7", Name: strings.ReplaceAll(name, " ", "-"), Version: version(t, "2.4.3"), Database: "kt_scratch"}
			if test.of != "" {
				trial.Version = version(t, test.of)
				if err := p.Try(t.Context(), trial, func(ops.Progress) {}); err != nil {
					t.Fatal(err)
				}
			}
			err := p.Answers(t.Context(), trial)
			if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestBench_KilledAttemptIsFoundByTheNext(t *testing.T) {
	for _, progress := range []string{"starting", "to become healthy"} {
		t.Run(progress, func(t *testing.T) {
			b := newBench(t)
			trial := b.attempt("target", "2.5.0")
			b.kill(childOrder{Dir: b.dir, Trial: &trial}, progress)
			if err := b.try(trial); err != nil {
				t.Fatal(err)
			}
			b.wantTrials(1)
			b.kill(childOrder{Dir: b.dir, Trial: &trial}, progress)
			b.clear()
			b.wantTrials(0)
		})
	}
}
