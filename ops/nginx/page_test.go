package nginx_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/keeptrusts/ktops/internal/browser"
	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/nginx"
)

var update = flag.Bool("update", false, "take the pictures in docs/images again")

// pictured is the closure of the pictures: in the middle of the night, when half of
// it is over.
func pictured() ops.Closure {
	at := time.Date(2027, 3, 28, 1, 4, 0, 0, time.UTC)
	return ops.Closure{Environment: "production", Run: "r-abc234", Since: at, At: at, Back: at.Add(14 * time.Minute),
		Doing: "upgrade to 3.0.0", Now: "start api: migrations are being applied"}
}

// pageOf is the page that callers of a closed edge read.
func pageOf(t *testing.T, c ops.Closure, change func(*nginx.Options)) string {
	t.Helper()
	o := nginx.Options{
		URL: "http://127.0.0.1:1", Directory: t.TempDir(), Bypass: func() string { return secret },
		StatusURL: "https://status.example.com/keeptrusts", Title: "Keeptrusts · Production",
	}
	change(&o)
	e, err := nginx.New(o)
	if err != nil {
		t.Fatal(err)
	}
	page, err := e.Page(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestPage_SaysWhatHappensAndLoadsNothing(t *testing.T) {
	page := pageOf(t, pictured(), func(*nginx.Options) {})
	for _, want := range []string{"Keeptrusts · Production", "01:18 UTC", "Sunday, 28 March 2027", "01:04 UTC", "upgrade to 3.0.0", "start api",
		`href="https://status.example.com/keeptrusts"`, `http-equiv="refresh"`, "prefers-color-scheme: dark", "width=device-width"} {
		if !strings.Contains(page, want) {
			t.Errorf("it does not have %s", want)
		}
	}
	for _, asset := range []string{"src=", "<link", "@import", "url("} {
		if strings.Contains(page, asset) {
			t.Errorf("it loads something: %s", asset)
		}
	}
	if untitled := pageOf(t, pictured(), func(o *nginx.Options) { o.Title = "" }); !strings.Contains(untitled, "</span>production</p>") {
		t.Error("without a title it does not have the environment's name")
	}
}

func TestPage_ShowsWhatPeopleWroteAsText(t *testing.T) {
	c := pictured()
	c.Doing, c.Now = `<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`
	page := pageOf(t, c, func(o *nginx.Options) { o.Title = "</title><b>bold" })
	for _, bad := range []string{"<script>alert", "<img", "<b>bold"} {
		if strings.Contains(page, bad) {
			t.Errorf("it has %s", bad)
		}
	}
}

// One reads the page at every width, in light and dark, and with the clock past the
// expected end; the pictures of docs/ are taken here.
func TestPage_IsReadableOnAPhoneAndAtNight(t *testing.T) {
	if testing.Short() {
		t.Skip("needs chromium")
	}
	late := pictured()
	late.Back = late.Since.Add(6 * time.Minute)
	long := pictured()
	long.Doing = strings.Repeat("averylongwordwithoutanyblank", 8)
	for name, c := range map[string]struct {
		closure       ops.Closure
		width, height int64
		scheme        string
		heading       string
		picture       string
	}{
		"light":           {pictured(), 1000, 680, "light", "Back at 01:18 UTC", "maintenance-light.png"},
		"dark":            {pictured(), 1000, 680, "dark", "Back at 01:18 UTC", "maintenance-dark.png"},
		"phone":           {pictured(), 375, 740, "light", "Back at 01:18 UTC", "maintenance-phone.png"},
		"a narrow window": {long, 320, 568, "dark", "Back at 01:18 UTC", ""},
		"later than said": {late, 375, 740, "dark", "Back in a moment", ""},
	} {
		t.Run(name, func(t *testing.T) {
			tab := browse(t, pageOf(t, c.closure, func(*nginx.Options) {}), c.width, c.height, c.scheme)
			if got := evaluate[string](t, tab, `document.getElementById("when").textContent`); got != c.heading {
				t.Errorf("it says %q", got)
			}
			if wide := evaluate[int64](t, tab, `document.documentElement.scrollWidth`); wide > c.width {
				t.Errorf("it is %d wide, the window %d", wide, c.width)
			}
			dark := evaluate[bool](t, tab, `matchMedia("(prefers-color-scheme: dark)").matches`)
			card := evaluate[string](t, tab, `getComputedStyle(document.querySelector("main")).backgroundColor`)
			if light := card == "rgb(255, 255, 255)"; light == dark {
				t.Errorf("in dark %t the card is %s", dark, card)
			}
			left := evaluate[string](t, tab, `document.getElementById("left").textContent`)
			if late := strings.Contains(c.heading, "moment"); late != (left == "") || (!late && left != "about 7 minutes left") {
				t.Errorf("it says %q", left)
			}
			if *update && c.picture != "" {
				takePicture(t, tab, c.picture)
			}
		})
	}
}

func takePicture(t *testing.T, tab context.Context, name string) {
	t.Helper()
	picture, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("../../docs/images", name), picture, 0o600); err != nil {
		t.Fatal(err)
	}
}

// browse opens a page in a browser of its own, whose clock stands at 01:11.
func browse(t *testing.T, page string, width, height int64, scheme string) context.Context {
	t.Helper()
	at := pictured().Since.Add(7 * time.Minute).UnixMilli()
	page = strings.Replace(page, "<head>", fmt.Sprintf("<head><script>Date.now = () => %d</script>", at), 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.ServeContent(w, new(http.Request), "closed.html", time.Time{}, bytes.NewReader([]byte(page)))
	}))
	t.Cleanup(server.Close)
	tab := browser.Tab(t, chromedp.Env("TZ=UTC"))
	if err := chromedp.Do(tab, chromedp.EmulateViewport(width, height)); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	if _, err := chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []chromedp.Action[chromedp.Void]{chromedp.Navigate(server.URL), chromedp.WaitReady("main")} {
		ctx, cancel := context.WithTimeout(tab, 30*time.Second)
		err := chromedp.Do(ctx, step)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
	}
	return tab
}

func evaluate[T any](t *testing.T, tab context.Context, expression string) T {
	t.Helper()
	value, err := chromedp.Run(tab, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}
