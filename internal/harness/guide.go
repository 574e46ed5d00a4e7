package harness

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"time"
)

//go:embed files/guide.sh
var guideScript string

// GuideDrain is how long the guide sleeps for in-flight requests.
const GuideDrain = 30 * time.Second

// Guide upgrades the platform with the script that the guide tells operators to
// paste, so that what it costs can be measured beside the product. drain is the
// sleep between gateways: GuideDrain to be faithful, less to be quick.
func (p *Platform) Guide(ctx context.Context, target string, drain time.Duration) (output string, err error) {
	env, err := p.cliEnv(ctx)
	if err != nil {
		return "", err
	}
	env = append(env, "TARGET="+target, "API="+p.Edge()+"/api", "DRAIN="+strconv.Itoa(int(drain.Seconds())))
	// The script is in no file: an operator pastes it.
	output, err = runCommand(ctx, p.Dir, env, "sh", "-c", guideScript)
	if err != nil {
		return output, fmt.Errorf("run the guide's script: %w", err)
	}
	return output, nil
}
