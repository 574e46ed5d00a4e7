package stage

import (
	"cmp"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/keeptrusts/ktops/internal/harness"
)

//go:embed ktops.yaml
var configFile string

const (
	// zone is that of every stage's windows; no daylight-saving change moves a test.
	zone = "Asia/Tokyo"

	// bypass is the secret that passes the closed edge.
	bypass = "stage-bypass-0123456789"
)

const defaultPolicy = `{request: {users: ["*"]}, approve: {users: ["unix:root"], groups: [S0APPROVERS]}, approvals: 1, break_glass: {users: [U0BOB]}}`

// writeConfig writes ktops.yaml and the list of releases as an operator would.
// The secrets stay in the environment of the processes.
func (s *Stage) writeConfig(options Options) error {
	shown, err := template.New("ktops.yaml").Parse(configFile)
	if err != nil {
		return fmt.Errorf("read the configuration template: %w", err)
	}
	fill := map[string]any{
		"Dir": s.World.Dir, "Backups": s.Backups, "Platform": s.World.Platform, "Engine": s.World.Engine.Host,
		"Postgres": s.World.Postgres, "Data": s.World.Postgres.Data(), "SlackAPI": s.Workspace.APIURL(),
		"HTTP": options.HTTP, "Web": cmp.Or(s.Web, "127.0.0.1:0"),
		"Database": harness.Database, "User": harness.User,
		"Zone": zone, "Webhook": options.Webhook, "Windows": windows(options.WindowIn), "DrainLimit": cmp.Or(options.DrainLimit, "2m"),
		"Policy": cmp.Or(options.Policy, defaultPolicy), "HealthTimeout": cmp.Or(options.HealthTimeout, "1m"),
	}
	var body strings.Builder
	if err := shown.Execute(&body, fill); err != nil {
		return fmt.Errorf("fill the configuration template: %w", err)
	}
	if err := os.WriteFile(s.Config, []byte(body.String()), 0o600); err != nil {
		return err
	}
	releases := strings.Join(append(options.World.Versions, "2.3.4", "2.4.3", "2.5.0", "3.0.0"), "\n") + "\n"
	if err := os.WriteFile(filepath.Join(s.World.Dir, "releases.txt"), []byte(releases), 0o600); err != nil {
		return err
	}
	return s.writeEnvironment()
}

// Environment is the path of a file for shells to source: after that, plain
// ktops and kt are those of this stage.
func (s *Stage) Environment() string { return filepath.Join(s.World.Dir, "env") }

func (s *Stage) writeEnvironment() error {
	var body strings.Builder
	for _, secret := range append(s.secrets(), "KTOPS_CONFIG="+s.Config) {
		name, value, _ := strings.Cut(secret, "=")
		fmt.Fprintf(&body, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	fmt.Fprintf(&body, "export PATH='%s':\"$PATH\"\n", s.World.Dir)
	return os.WriteFile(s.Environment(), []byte(body.String()), 0o600)
}

// secrets are the environment variables that ktops.yaml refers to.
func (s *Stage) secrets() []string {
	return []string{
		"SLACK_BOT_TOKEN=" + s.Workspace.BotToken(), "SLACK_APP_TOKEN=" + s.Workspace.AppToken(),
		"SLACK_SIGNING_SECRET=" + s.Workspace.SigningSecret(),
		"KT_DB_PASSWORD=" + harness.Password, "KT_API_TOKEN=" + harness.APIToken, "KT_GATEWAY_KEY=" + harness.GatewayKey,
		"KT_VERSION=" + s.runs, "KT_EDGE_BYPASS=" + bypass, "KT_WEBHOOK_SECRET=" + hookSecret,
	}
}
