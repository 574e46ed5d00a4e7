package notify_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
)

// inTown runs a story at the moment at which the town is as it is made.
func inTown(t *testing.T, story func(t *testing.T, w *town)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		<-time.After(time.Until(theMoment()))
		story(t, newTown(time.Now()))
	})
}

func TestStatus_TellsEachEnvironmentAndNobodysName(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		page := statusPage(t, w)
		answer := ask(t, page, "/status.json")
		if answer.Code != http.StatusOK || answer.Header().Get("Cache-Control") != "public, max-age=5" {
			t.Errorf("%d %v", answer.Code, answer.Header())
		}
		var got notify.Status
		if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		at := theMoment()
		want := notify.Status{At: at, Environments: []notify.EnvironmentStatus{
			{Name: "production", State: notify.InMaintenance, Zone: "Europe/Berlin", Upcoming: []notify.PlannedMaintenance{}, Maintenance: &notify.CurrentMaintenance{
				Since: at.Add(-4 * time.Minute), Back: at.Add(9 * time.Minute), Doing: "upgrade to 3.0.0", Now: "start api"}},
			{Name: "staging", State: notify.Planned, Zone: "Europe/Berlin",
				Upcoming: []notify.PlannedMaintenance{{From: at.Add(26 * time.Hour), Until: at.Add(28 * time.Hour), Doing: "upgrade to 3.0.0", ClosedSeconds: 360}},
				Last:     &notify.FinishedWork{Doing: "upgrade to 3.0.0", Outcome: ops.Succeeded, Ended: at.Add(-30 * time.Hour), ClosedSeconds: 462}},
			{Name: "lab", State: notify.Operational, Zone: "UTC", Upcoming: []notify.PlannedMaintenance{},
				Last: &notify.FinishedWork{Doing: "upgrade to 3.0.0", Outcome: ops.RolledBack, Ended: at.Add(-time.Hour), ClosedSeconds: 462}},
			{Name: "branch office", State: notify.Unknown, Zone: "UTC", Upcoming: []notify.PlannedMaintenance{}},
		}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		html := ask(t, page, "/status").Body.String()
		for _, text := range []string{"Closed for maintenance", "Saturday 28 November 2026, 02:14 CET (01:14 UTC)", "start api", "Open, with maintenance planned",
			"6 minutes", "7 minutes 42 seconds", "put back as it was", "Not known at this moment"} {
			if !strings.Contains(html, text) {
				t.Errorf("the page does not say %q", text)
			}
		}
		for _, secret := range []string{"Alice", "Bob", "U_", "r-old234", "r-abc234"} {
			if strings.Contains(html+answer.Body.String(), secret) {
				t.Errorf("%s is told to everybody", secret)
			}
		}
		for _, asset := range []string{"<script", "<link", "src=", "url(", "@import"} {
			if strings.Contains(html, asset) {
				t.Errorf("the page needs %s", asset)
			}
		}
	})
}

// What people type about a maintenance cannot change the page.
func TestStatus_TextIsEscaped(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.edges["production"].Closed.Doing = "<img src=x>"
		if html := ask(t, statusPage(t, w), "/status").Body.String(); strings.Contains(html, "<img") || !strings.Contains(html, "&lt;img") {
			t.Error(html)
		}
	})
}

func TestStatus_ATimeThatHasPassedIsNotPromised(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		<-time.After(10 * time.Minute)
		page := statusPage(t, w)
		if html := ask(t, page, "/status").Body.String(); !strings.Contains(html, "later than planned; not known yet") {
			t.Error(html)
		}
		if text := ask(t, page, "/status.json").Body.String(); strings.Contains(text, `"back"`) {
			t.Error(text)
		}
	})
}

func TestStatus_IsLookedAtOnceInFiveSeconds(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		page := statusPage(t, w)
		for range 10 {
			ask(t, page, "/status")
			ask(t, page, "/status.json")
		}
		if w.looks != 4 {
			t.Errorf("%d looks at 4 edges", w.looks)
		}
		<-time.After(5 * time.Second)
		if ask(t, page, "/status"); w.looks != 8 {
			t.Errorf("%d looks at 4 edges, twice", w.looks)
		}
	})
}

func TestStatus_IsNothingToOthersUnlessConfigured(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		page := statusPage(t, w)
		page.Configure(false, nil)
		if answer := ask(t, page, "/status"); answer.Code != http.StatusNotFound || w.looks > 0 {
			t.Errorf("%d after %d looks", answer.Code, w.looks)
		}
	})
}

func TestStatus_TroubleIsNotToldInDetail(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.broken = errors.New("/var/lib/ktops/ktops.db is locked")
		answer := ask(t, statusPage(t, w), "/status.json")
		if answer.Code != http.StatusServiceUnavailable || strings.Contains(answer.Body.String(), "ktops.db") || answer.Header().Get("Cache-Control") != "" {
			t.Errorf("%d %v %s", answer.Code, answer.Header(), answer.Body)
		}
	})
}
