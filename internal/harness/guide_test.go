package harness_test

import (
	"testing"
	"time"

	"github.com/keeptrusts/ktops/internal/harness"
)

func TestGuide_UpgradesAndLosesRequests(t *testing.T) {
	w := world(t, harness.Options{})
	load := harness.StartLoad(t.Context(), w.Platform.Edge(), harness.LoadOptions{StreamLength: 2 * time.Second})
	output, err := w.Platform.Guide(t.Context(), "2.5.0", 5*time.Second)
	seen := load.Stop()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	t.Log(seen, "\n", output)
	if seen.Failed == 0 {
		t.Error("the guide's script lost no request: then the load sees nothing")
	}
}
