package verify

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"sync"

	"github.com/keeptrusts/ktops/ops"
)

// Options say where Keeptrusts answers.
type Options struct {
	// API, Gateway and Console are base addresses without a final slash.
	API, Gateway, Console string
	APIToken              Secret // lists exports
	GatewayKey            Secret // of the smoke request
	Model                 string // of the smoke request; gpt-4o when empty
	// CLI is the command that prints kt's version, such as kt --version; empty
	// where kt is not installed.
	CLI []string
	// Door passes the closed edge, for endpoints that are behind it.
	Door Door
	// Platform and Database tell what runs and which migrations were applied.
	Platform ops.Platform
	Database ops.DatabaseServer
}

// Keeptrusts asks one environment how it is.
type Keeptrusts struct {
	options Options
	client  *http.Client
}

// New is a Keeptrusts at the given endpoints. Nothing is asked yet.
func New(options Options) *Keeptrusts {
	if options.Model == "" {
		options.Model = "gpt-4o"
	}
	return &Keeptrusts{options: options, client: newClient(options.Door)}
}

// health is what /health of API and gateway answers.
type health struct {
	Status      string `json:"status"`
	Version     string `json:"version"`
	Connections *int   `json:"connections"`
}

// ObserveApp asks for the numbers of the Pre-Upgrade Checklist: version and
// connections of the API, pending exports, and the version of kt.
func (k *Keeptrusts) ObserveApp(ctx context.Context) ops.AppState {
	var state ops.AppState
	var mu sync.Mutex
	note := func(check string, err error) {
		if err == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		state.Notes = append(state.Notes, ops.Finding{Check: check, Level: ops.Warn, Fact: err.Error()})
	}
	var asking sync.WaitGroup
	asking.Go(func() {
		var h health
		err := k.getJSON(ctx, k.options.API+"/health", nil, &h)
		if err == nil {
			state.Connections = h.Connections
			state.APIVersion, err = ops.ParseVersion(h.Version)
		}
		note("API health", err)
	})
	asking.Go(func() {
		var err error
		state.PendingExports, err = k.pendingExports(ctx)
		note("pending exports", err)
	})
	asking.Go(func() {
		var err error
		state.CLI, err = k.cliVersion(ctx)
		note("kt", err)
	})
	asking.Wait()
	return state
}

func (k *Keeptrusts) pendingExports(ctx context.Context) (*int, error) {
	if k.options.APIToken == nil {
		return nil, nil
	}
	var exports struct {
		Total *int `json:"total"`
	}
	if err := k.getJSON(ctx, k.options.API+"/v1/exports?status=pending", k.options.APIToken, &exports); err != nil {
		return nil, err
	}
	if exports.Total == nil {
		return nil, fmt.Errorf("%s/v1/exports tells no total", k.options.API)
	}
	return exports.Total, nil
}

// cliVersion is the version at the end of what kt prints: "kt 2.4.3".
func (k *Keeptrusts) cliVersion(ctx context.Context) (ops.Version, error) {
	if len(k.options.CLI) == 0 {
		return ops.Version{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	out, err := exec.CommandContext(ctx, k.options.CLI[0], k.options.CLI[1:]...).Output()
	if err != nil {
		return ops.Version{}, fmt.Errorf("run %s: %w", strings.Join(k.options.CLI, " "), err)
	}
	words := strings.Fields(string(out))
	if len(words) == 0 {
		return ops.Version{}, fmt.Errorf("%s prints nothing", strings.Join(k.options.CLI, " "))
	}
	return ops.ParseVersion(words[len(words)-1])
}
