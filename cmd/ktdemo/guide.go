package main

import (
	"context"
	"fmt"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/internal/harness"
)

// guide upgrades a world with the script that the operator guide tells to paste,
// under the same load, so that the product has a peer to be compared with.
func guide(ctx context.Context, rate int, bytes int64, log *logrus.Entry) (err error) {
	world, err := harness.Up(ctx, harness.Options{DataBytes: bytes, Versions: []string{"2.5.0"}, Log: log})
	if err != nil {
		return err
	}
	defer func() {
		if downErr := world.Down(ctx); err == nil {
			err = downErr
		}
	}()
	fmt.Println("\nThe operator guide's script upgrades 2.4.3 to 2.5.0, with its 30 seconds of sleep …")
	load := harness.StartLoad(ctx, world.Platform.Edge(), harness.LoadOptions{Rate: rate})
	output, err := world.Platform.Guide(ctx, "2.5.0", harness.GuideDrain)
	seen := load.Stop()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, output)
	}
	fmt.Println("callers saw:", seen)
	for _, sample := range seen.Samples[:min(len(seen.Samples), 5)] {
		fmt.Println("failed      " + sample)
	}
	return nil
}
