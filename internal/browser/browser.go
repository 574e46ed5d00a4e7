// Package browser opens pages for tests as a person would see them.
package browser

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Tab opens a tab in a Chromium of its own, which ends with the test.
func Tab(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.Flag("disable-quic", true))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), append(flags, more...)...)
	t.Cleanup(stop)
	tab, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		closeTab()
		_ = chromedp.WaitClosed(tab) // it is gone, or the allocator kills it
	})
	return tab
}

// Do takes steps in a tab; each has to come about within the limit.
func Do(t *testing.T, tab context.Context, limit time.Duration, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	for _, step := range steps {
		ctx, cancel := context.WithTimeout(tab, limit)
		err := chromedp.Do(ctx, step)
		cancel()
		if err != nil {
			shown, _ := chromedp.Run(tab, chromedp.Text("body"))
			t.Fatalf("%v; the page shows:\n%s", err, shown)
		}
	}
}
