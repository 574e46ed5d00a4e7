package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize/english"

	"github.com/keeptrusts/ktops/ops"
)

// lastMigrations is how many the guide looks at.
const lastMigrations = 5

// Verify runs the five checks of the guide's Post-Upgrade Verification, and
// compares what runs with the version expected; with the zero version it only
// wants all of it to be one version.
func (k *Keeptrusts) Verify(ctx context.Context, expected ops.Version) (ops.Report, error) {
	report := ops.Report{At: time.Now().UTC(), Expected: expected, Checks: make([]ops.Finding, 6)}
	var checking sync.WaitGroup
	for i, check := range []func(context.Context, ops.Version) ops.Finding{
		k.checkAPI, k.checkGateway, k.checkConsole, k.checkMigrations, k.checkSmoke,
	} {
		checking.Go(func() { report.Checks[i] = check(ctx, expected) })
	}
	checking.Go(func() { report.Running, report.Checks[5] = k.checkRunning(ctx, expected) })
	checking.Wait()
	return report, ctx.Err()
}

func (k *Keeptrusts) checkAPI(ctx context.Context, expected ops.Version) ops.Finding {
	return k.checkHealth(ctx, "API health", k.options.API+"/health", expected)
}

func (k *Keeptrusts) checkGateway(ctx context.Context, expected ops.Version) ops.Finding {
	return k.checkHealth(ctx, "gateway health", k.options.Gateway+"/health", expected)
}

func (k *Keeptrusts) checkHealth(ctx context.Context, name, address string, expected ops.Version) ops.Finding {
	var h health
	if err := k.getJSON(ctx, address, nil, &h); err != nil {
		return failed(name, err)
	}
	f := ops.Finding{Check: name, Level: ops.Pass, Fact: fmt.Sprintf("%s, version %s", h.Status, h.Version)}
	version, err := ops.ParseVersion(h.Version)
	switch {
	case h.Status != "ok" && h.Status != "healthy":
		f.Level, f.Advice = ops.Fail, "look at its log"
	case err != nil:
		f.Level, f.Advice = ops.Warn, "it does not tell its version"
	case !expected.IsZero() && version != expected:
		f.Level, f.Advice = ops.Fail, fmt.Sprintf("%s was expected: an old container still answers", expected)
	}
	return f
}

func (k *Keeptrusts) checkConsole(ctx context.Context, _ ops.Version) ops.Finding {
	if _, err := k.get(ctx, k.options.Console+"/", nil); err != nil {
		return failed("console", err)
	}
	return ops.Finding{Check: "console", Level: ops.Pass, Fact: "answers 200"}
}

func (k *Keeptrusts) checkMigrations(ctx context.Context, _ ops.Version) ops.Finding {
	applied, err := k.options.Database.Applied(ctx)
	if err != nil {
		return failed("migrations", err)
	}
	last := applied[max(0, len(applied)-lastMigrations):]
	var names, dirty []string
	for _, m := range last {
		names = append(names, fmt.Sprintf("%04d %s", m.Version, m.Description))
	}
	for _, m := range applied {
		if !m.Success {
			dirty = append(dirty, fmt.Sprintf("%04d", m.Version))
		}
	}
	f := ops.Finding{Check: "migrations", Level: ops.Pass, Fact: fmt.Sprintf("%d applied, last: %s", len(applied), strings.Join(names, ", "))}
	if len(dirty) > 0 {
		f.Level, f.Fact = ops.Fail, "failed half way: "+strings.Join(dirty, ", ")
		f.Advice = "the API will not start again before this is mended"
	}
	return f
}

// checkSmoke asks the gateway for a completion, so that a policy is evaluated.
func (k *Keeptrusts) checkSmoke(ctx context.Context, _ ops.Version) ops.Finding {
	const name = "smoke request"
	if k.options.GatewayKey == nil {
		return ops.Finding{Check: name, Level: ops.Warn, Fact: "not sent, for there is no gateway key", Advice: "set checks.gateway_key"}
	}
	body, err := json.Marshal(map[string]any{
		"model": k.options.Model, "messages": []map[string]string{{"role": "user", "content": "test"}},
	})
	if err != nil {
		return failed(name, err)
	}
	began := time.Now()
	r, err := request(ctx, http.MethodPost, k.options.Gateway+"/v1/chat/completions", string(body), k.options.GatewayKey)
	if err == nil {
		_, err = k.send(r)
	}
	if err != nil {
		return failed(name, err)
	}
	return ops.Finding{Check: name, Level: ops.Pass, Fact: "a completion in " + milliseconds(time.Since(began))}
}

// checkRunning compares every container with the version expected.
func (k *Keeptrusts) checkRunning(ctx context.Context, expected ops.Version) ([]ops.Container, ops.Finding) {
	const name = "running versions"
	state, err := k.options.Platform.Observe(ctx, ops.Version{})
	if err != nil {
		return nil, failed(name, err)
	}
	f := ops.Finding{Check: name, Level: ops.Pass}
	var running []ops.Container
	var wrong []string
	for _, s := range state.Services {
		if len(s.Containers) != s.Replicas {
			wrong = append(wrong, fmt.Sprintf("%s has %d of %d containers", s.Name, len(s.Containers), s.Replicas))
		}
		for _, c := range s.Containers {
			running = append(running, c)
			if expected.IsZero() {
				expected = c.Version
			}
			if c.Version != expected {
				wrong = append(wrong, fmt.Sprintf("%s runs %s", c.Name, c.Version))
			}
			if !c.Healthy {
				wrong = append(wrong, c.Name+" is not healthy")
			}
		}
	}
	f.Fact = fmt.Sprintf("all %d containers run %s and are healthy", len(running), expected)
	if len(wrong) > 0 {
		f.Level, f.Fact = ops.Fail, strings.Join(wrong, "; ")
		f.Advice = fmt.Sprintf("%s was expected everywhere", expected)
	}
	return running, f
}

func milliseconds(d time.Duration) string {
	return english.Plural(int(max(d.Round(time.Millisecond).Milliseconds(), 1)), "millisecond", "")
}

func failed(check string, err error) ops.Finding {
	return ops.Finding{Check: check, Level: ops.Fail, Fact: err.Error()}
}
