package notify_test

import (
	"context"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/keeptrusts/ktops/internal/browser"
)

// In a browser nothing is cut off on a phone, and both schemes have their colours.
// With -update the picture of the documentation is taken.
func TestStatusPage_FitsAPhoneInLightAndDark(t *testing.T) {
	if testing.Short() {
		t.Skip("needs chromium")
	}
	w := newTown(time.Now())
	w.names = w.names[:3]
	server := httptest.NewServer(statusPage(t, w))
	defer server.Close()
	tab, cancel := context.WithTimeout(browser.Tab(t), time.Minute)
	defer cancel()
	backgrounds := map[string]bool{}
	for _, view := range []struct {
		scheme string
		width  int64
	}{{"dark", 800}, {"light", 375}, {"light", 800}} {
		_, err := chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: view.scheme}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []chromedp.Action[chromedp.Void]{chromedp.EmulateViewport(view.width, 860), chromedp.Navigate(server.URL + "/status")} {
			if err := chromedp.Do(tab, step); err != nil {
				t.Fatal(err)
			}
		}
		wide, err := chromedp.Run(tab, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`))
		if err != nil || wide > view.width {
			t.Errorf("the page is %d pixels wide on %d: %v", wide, view.width, err)
		}
		background, err := chromedp.Run(tab, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`))
		if err != nil {
			t.Fatal(err)
		}
		backgrounds[background] = true
	}
	if *update {
		picture(t, tab, "../docs/images/status-page.png")
	}
	if len(backgrounds) != 2 {
		t.Errorf("light and dark have the same background: %v", backgrounds)
	}
}

func picture(t *testing.T, tab context.Context, file string) {
	t.Helper()
	png, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, png, 0o644); err != nil {
		t.Fatal(err)
	}
}
