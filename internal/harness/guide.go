package harness

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"strconv"
	"time"
)

//go:embed files/guide.sh
var guideScript string

//go:embed files/guide-window.sh
var guideWindowScript string

// What the guide sleeps for in-flight requests.
const (
	GuideDrain       = 30 * time.Second
	GuideWindowDrain = 2 * time.Minute
)

// Guide upgrades the platform with the script that the guide tells operators to
// paste, so that what it costs can be measured beside the product. drain is the
// sleep between gateways: GuideDrain to be faithful, less to be quick.
func (p *Platform) Guide(ctx context.Context, target string, drain time.Duration) (output string, err error) {
	return p.paste(ctx, guideScript, target, drain)
}

// GuideWindow upgrades the platform with the guide's Planned Downtime Procedure.
// The dump goes into a folder, drain is the sleep: GuideWindowDrain to be faithful.
func (p *Platform) GuideWindow(ctx context.Context, target string, drain time.Duration, database *Postgres, backups string) (output string, err error) {
	return p.paste(ctx, guideWindowScript, target, drain,
		"DATABASE="+database.URL(), "BACKUPS="+backups, "PATH="+database.Bin+":"+os.Getenv("PATH"))
}

// paste runs a script that is in no file, as an operator does.
func (p *Platform) paste(ctx context.Context, script, target string, drain time.Duration, more ...string) (output string, err error) {
	env, err := p.cliEnv(ctx)
	if err != nil {
		return "", err
	}
	env = append(env, "TARGET="+target, "API="+p.Edge()+"/api", "DRAIN="+strconv.Itoa(int(drain.Seconds())))
	output, err = runCommand(ctx, p.Dir, append(env, more...), "sh", "-c", script)
	if err != nil {
		return output, fmt.Errorf("run the guide's script: %w", err)
	}
	return output, nil
}
