package scheduler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler"
)

// lines are the coming openings of a window, one each.
func lines(state ops.WindowState) string {
	var list []string
	for _, o := range state.Next {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s", o.Key, o.State, o.Run)))
	}
	return strings.Join(list, "\n")
}

func (d *daemon) window(t *testing.T, name string) ops.WindowState {
	t.Helper()
	list, err := d.Windows(t.Context(), "production")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(w ops.WindowState) bool { return w.Name == name })
	if i < 0 {
		t.Fatalf("no window %s in %+v", name, list)
	}
	return list[i]
}

func TestWindows_TellTheNextFiveAndWhatIsKnownOfThem(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly(ops.ChoreUpgrade))
		pass(time.Second)
		second, err := d.Openings(t.Context(), "production", w.now(), 2)
		if err != nil {
			t.Fatal(err)
		}
		w.desk.approved(t, "3.0.0", second[1])
		if _, err := d.SkipWindow(t.Context(), "production", "nightly", alice, "party"); err != nil {
			t.Fatal(err)
		}
		want := "2000-01-01T02:00 skipped\n2000-01-02T02:00 coming r-1\n2000-01-03T02:00 coming\n2000-01-04T02:00 coming\n2000-01-05T02:00 coming"
		if got := lines(d.window(t, "nightly")); got != want {
			t.Errorf("%s", got)
		}
		w.passUntil("2000-01-02 02:05")
		want = "2000-01-02T02:00 open r-1\n2000-01-03T02:00 coming\n2000-01-04T02:00 coming\n2000-01-05T02:00 coming\n2000-01-06T02:00 coming"
		if got := lines(d.window(t, "nightly")); got != want {
			t.Errorf("%s", got)
		}
		w.passUntil("2000-01-02 02:30") // it is through before it closes
		if got := d.window(t, "nightly").Next[0].Key; got != "2000-01-03T02:00" {
			t.Error(got)
		}
	})
}

func TestWindows_NameTheNextChangeOfClocksWhereItMatters(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		weekly := w.windowIn("Europe/Berlin", "weekly", "0 4 * * SUN", time.Hour, ops.ChoreUpgrade)
		nightly := w.windowIn("Europe/Berlin", "nightly", "30 2 * * *", time.Hour, ops.ChoreBackup)
		elsewhere := nightly
		elsewhere.Environment = "staging"
		d := w.start(scheduler.Plan{Windows: []scheduler.Window{weekly, nightly, elsewhere}})
		w.setClock(w.at("2000-03-20 12:00").Sub(w.now()))
		if c := d.window(t, "nightly").Change; c != nil {
			t.Errorf("six nights before: %+v", c)
		}
		if c := d.window(t, "weekly").Change; c == nil || !c.At.Equal(w.at("2000-03-26 01:00")) || c.Before != time.Hour || c.After != 2*time.Hour {
			t.Errorf("%+v", c)
		}
		w.setClock(24 * time.Hour)
		if c := d.window(t, "nightly").Change; c == nil || !c.At.Equal(w.at("2000-03-26 01:00")) {
			t.Errorf("the fifth opening is moved: %+v", c)
		}
		if all, err := d.Windows(t.Context(), ""); err != nil || len(all) != 3 || all[2].Environment != "staging" || all[0].Cron != "0 4 * * SUN" || all[0].Zone != "Europe/Berlin" {
			t.Errorf("%+v %v", all, err)
		}
	})
}

func TestOpenings_AreThoseInWhichAnUpgradeMayBegin(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly(ops.ChoreUpgrade, ops.ChoreBackup)
		plan.Windows = append(plan.Windows,
			w.window("sunday", "0 4 * * SUN", time.Hour, ops.ChoreUpgrade), w.window("drill", "0 6 * * *", time.Hour, ops.ChoreDrill))
		d := w.start(plan)
		pass(time.Second)
		keys := func(n int) string {
			t.Helper()
			list, err := d.Openings(t.Context(), "production", w.now(), n)
			if err != nil {
				t.Fatal(err)
			}
			var keys []string
			for _, o := range list {
				keys = append(keys, o.Window+" "+strings.TrimPrefix(o.Key, "2000-01-"))
			}
			return strings.Join(keys, ", ")
		}
		if got := keys(4); got != "nightly 01T02:00, nightly 02T02:00, sunday 02T04:00, nightly 03T02:00" {
			t.Error(got)
		}
		if got := keys(0); got != "" {
			t.Error(got)
		}
		if _, err := d.SkipWindow(t.Context(), "production", "sunday", alice, "party"); err != nil {
			t.Fatal(err)
		}
		w.desk.approved(t, "3.0.0", d.opening(t))
		w.passUntil("2000-01-01 02:05") // the upgrade of this night runs
		if got := keys(3); got != "nightly 01T02:00, nightly 02T02:00, nightly 03T02:00" {
			t.Error(got)
		}
		w.passUntil("2000-01-01 02:25") // and the backup after it
		if got := keys(3); got != "nightly 02T02:00, nightly 03T02:00, nightly 04T02:00" {
			t.Error(got)
		}
		if list, err := d.Openings(t.Context(), "staging", w.now(), 3); err != nil || len(list) != 0 {
			t.Errorf("%+v %v", list, err)
		}
	})
}

func TestOccurrences_NewestFirstOfOneEnvironmentOrAll(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		plan := w.nightly(ops.ChoreVerify)
		elsewhere := w.window("nightly", "30 2 * * *", time.Hour, ops.ChoreVerify)
		elsewhere.Environment = "staging"
		plan.Windows = append(plan.Windows, elsewhere)
		d := w.start(plan)
		pass(15*24*time.Hour + 12*time.Hour)
		if _, err := d.SkipWindow(t.Context(), "production", "nightly", alice, "party"); err != nil {
			t.Fatal(err)
		}
		for environment, want := range map[string]string{"production": "2000-01-16T02:00", "": "2000-01-16T02:30", "staging": "2000-01-16T02:30"} {
			list, err := d.Occurrences(t.Context(), environment, 3)
			if err != nil || len(list) != 3 || list[0].Key != want || list[0].State != ops.Used {
				t.Errorf("%q: %+v %v", environment, list, err)
			}
		}
		if list, err := d.Occurrences(t.Context(), "", 0); err != nil || len(list) != 20 {
			t.Errorf("%d by default, %v", len(list), err)
		}
	})
}
