package scheduler_test

import (
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler"
)

// In Berlin no clock shows 02:30 on 26 March 2000, and all show it twice on 29
// October. 2000 also has a leap day.
func TestNightly_OnceADayWhateverTheClocksShow(t *testing.T) {
	tests := []struct {
		name        string
		from, days  int
		takesLonger bool
	}{
		{name: "leap day", from: 55, days: 10},
		{name: "spring", from: 80, days: 10},
		{name: "autumn", from: 297, days: 10},
		{name: "400 days", days: 400, takesLonger: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.takesLonger && testing.Short() {
				t.Skip("takes a quarter of a minute")
			}
			story(t, func(t *testing.T, w *world) {
				w.desk.takes[ops.ChoreBackup] = 20 * time.Second
				w.setClock(time.Duration(test.from) * 24 * time.Hour)
				window := w.windowIn("Europe/Berlin", "nightly", "30 2 * * *", time.Hour, ops.ChoreBackup)
				d := w.start(scheduler.Plan{Windows: []scheduler.Window{window}})
				first := w.now().In(window.Schedule.Location())
				pass(time.Duration(test.days) * 24 * time.Hour)
				everyNight(t, w.desk.done(), first, test.days)
				for _, o := range d.history(t) {
					if o.State != ops.Used || o.Ended.Sub(o.Began) != 20*time.Second {
						t.Errorf("%+v", o)
					}
				}
			})
		})
	}
}

// everyNight expects one deed at half past two of every day.
func everyNight(t *testing.T, deeds []deed, day time.Time, days int) {
	t.Helper()
	if len(deeds) != days {
		t.Errorf("%d backups in %d days", len(deeds), days)
	}
	for _, one := range deeds {
		want := day.Format(time.DateOnly) + " 02:30 "
		switch day.Format(time.DateOnly) {
		case "2000-03-26":
			want = "2000-03-26 03:00 CEST" // as soon as the clocks were set past it
		case "2000-10-29":
			want += "CEST" // the first of the two
		default:
			want += day.Add(3 * time.Hour).Format("MST")
		}
		if at := one.At.In(day.Location()).Format("2006-01-02 15:04 MST"); at != want {
			t.Fatalf("a backup at %s, not at %s", at, want)
		}
		day = day.AddDate(0, 0, 1)
	}
}

func TestNightly_AWindowThatIsNewOpensNotForThePast(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.setClock(150 * time.Minute)
		d := w.start(w.nightly())
		pass(20 * time.Hour)
		if list := d.history(t); len(list) != 0 {
			t.Errorf("%+v", list)
		}
		pass(5 * time.Hour)
		if o := d.only(t); o.Key != "2000-01-02T02:00" || o.State != ops.Used {
			t.Errorf("%+v", o)
		}
	})
}

func TestNightly_AScheduleThatWasChangedBeginsAnew(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		d := w.start(w.nightly())
		pass(4 * time.Hour)
		earlier := w.window("nightly", "0 3 * * *", time.Hour, ops.ChoreBackup)
		d.SetPlan(scheduler.Plan{Windows: []scheduler.Window{earlier}})
		pass(20 * time.Hour)
		if o := d.only(t); o.Key != "2000-01-01T02:00" {
			t.Errorf("%+v", o)
		}
		pass(4 * time.Hour)
		if list := d.history(t); len(list) != 2 || list[1].Key != "2000-01-02T03:00" {
			t.Errorf("%+v", list)
		}
	})
}
