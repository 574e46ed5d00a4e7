package harness

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/flags"
	"github.com/docker/compose/v5/pkg/api"
	"github.com/docker/compose/v5/pkg/compose"
)

//go:embed files/compose.yaml
var composeFile string

//go:embed files/nginx.conf
var nginxConf string

const (
	// APIToken is what callers of the API of every world show.
	APIToken = "kt_api_test"

	// GatewayKey is what callers of a gateway show (guide: Post-Upgrade Verification).
	GatewayKey = "kt_gk_test"

	platformStarts = 90 * time.Second

	// EdgeSettles is how long the edge may still act on what it knew before: it keeps
	// names for up to two seconds (valid=1s, counted in whole seconds) and gives a
	// container that is gone half a second. Who stops the container that such a
	// request would go to next loses that request.
	EdgeSettles = 2500 * time.Millisecond
)

// Platform is a Compose project in a directory, and what runs of it.
type Platform struct {
	Name     string
	Dir      string // holds compose.yaml, .env and edge/nginx.conf
	Port     int    // of the edge, on loopback
	Gateways int

	engine *Engine
}

// Write makes the project's files, pinned at version.
func (p *Platform) Write(version, databaseURL string) error {
	shown, err := template.New("compose.yaml").Parse(composeFile)
	if err != nil {
		return fmt.Errorf("read the Compose template: %w", err)
	}
	var body strings.Builder
	if err := shown.Execute(&body, map[string]any{
		"Name": p.Name, "Gateways": p.Gateways, "Port": p.Port, "EdgeImage": EdgeImage,
	}); err != nil {
		return fmt.Errorf("fill the Compose template: %w", err)
	}
	env := fmt.Sprintf("# Pinned versions\nKEEPTRUSTS_API_TAG=%[1]s\nKEEPTRUSTS_CONSOLE_TAG=%[1]s\nKEEPTRUSTS_GATEWAY_TAG=%[1]s\n\n"+
		"DATABASE_URL=%[2]s\nAPI_TOKEN=%[3]s\nGATEWAY_KEY=%[4]s\n", version, databaseURL, APIToken, GatewayKey)
	edge := filepath.Join(p.Dir, "edge")
	return errors.Join(
		os.MkdirAll(p.EdgeDir(), 0o755),
		os.WriteFile(filepath.Join(p.EdgeDir(), "ktops.conf"), nil, 0o600), // nginx includes it from its first start
		os.WriteFile(filepath.Join(p.Dir, "compose.yaml"), []byte(body.String()), 0o644),
		os.WriteFile(filepath.Join(p.Dir, ".env"), []byte(env), 0o600),
		os.WriteFile(filepath.Join(edge, "nginx.conf"), []byte(nginxConf), 0o644))
}

// EdgeDir is the folder whose ktops.conf the edge includes.
func (p *Platform) EdgeDir() string { return filepath.Join(p.Dir, "edge", "ktops") }

// EdgeContainer is the name of the container that the edge's nginx runs in.
func (p *Platform) EdgeContainer() string { return p.Name + "-edge-1" }

// Edge is the address at which callers reach the platform.
func (p *Platform) Edge() string { return fmt.Sprintf("http://127.0.0.1:%d", p.Port) }

// Up creates and starts what the project asks for, and returns when all three
// routes answer through the edge.
func (p *Platform) Up(ctx context.Context) error {
	service, err := p.service(ctx)
	if err != nil {
		return err
	}
	project, err := service.LoadProject(ctx, api.ProjectLoadOptions{WorkingDir: p.Dir})
	if err != nil {
		return fmt.Errorf("load the Compose project: %w", err)
	}
	if err := service.Up(ctx, project, api.UpOptions{
		Create: api.CreateOptions{Recreate: api.RecreateDiverged},
		Start:  api.StartOptions{Project: project},
	}); err != nil {
		return fmt.Errorf("bring the Compose project up: %w", err)
	}
	return p.Answers(ctx)
}

// Answers waits until all three routes answer.
func (p *Platform) Answers(ctx context.Context) error {
	for _, path := range []string{"/api/health/ready", "/health", "/gateway/health"} {
		err := Until(ctx, path+" answers through the edge", platformStarts, func(ctx context.Context) error {
			return Get(ctx, p.Edge()+path)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Down stops and removes everything of the project, also what was left over.
func (p *Platform) Down(ctx context.Context) error {
	service, err := p.service(ctx)
	if err != nil {
		return err
	}
	hurry := time.Duration(0)
	if err := service.Down(ctx, p.Name, api.DownOptions{RemoveOrphans: true, Volumes: true, Timeout: &hurry}); err != nil {
		return fmt.Errorf("take the Compose project down: %w", err)
	}
	return nil
}

func (p *Platform) service(ctx context.Context) (api.Compose, error) {
	cli, err := command.NewDockerCli(command.WithBaseContext(ctx),
		command.WithAPIClient(p.engine.Client), command.WithCombinedStreams(io.Discard))
	if err != nil {
		return nil, fmt.Errorf("prepare Compose: %w", err)
	}
	options := flags.NewClientOptions()
	options.Hosts = []string{p.engine.Host}
	if err := cli.Initialize(options); err != nil {
		return nil, fmt.Errorf("prepare Compose: %w", err)
	}
	service, err := compose.NewComposeService(cli)
	if err != nil {
		return nil, fmt.Errorf("prepare Compose: %w", err)
	}
	return service, nil
}

// Get asks for url and returns an error unless the answer is 200.
func Get(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}
