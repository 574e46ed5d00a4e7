package controltest

import (
	"context"
	"fmt"
	"slices"

	"github.com/keeptrusts/ktops/ops"
)

// Zone is that of the windows.
func (f *Fake) Zone(string) string {
	if len(f.WindowsOf) == 0 {
		return "UTC"
	}
	return f.WindowsOf[0].Zone
}

// Openings are those of WindowsOf in which upgrades may run.
func (f *Fake) Openings(_ context.Context, environment string, n int) ([]ops.Opening, error) {
	list := f.openings()
	return list[:min(n, len(list))], f.call("Openings", "%s %d", environment, n)
}

func (f *Fake) openings() []ops.Opening {
	var list []ops.Opening
	for _, w := range f.WindowsOf {
		for _, o := range w.Next {
			if o.State == ops.Coming && slices.Contains(w.Does, ops.ChoreUpgrade) {
				list = append(list, o.Opening)
			}
		}
	}
	return list
}

// opening is the one of a window, of a key, or the soonest; nil when there is none.
func (f *Fake) opening(window string) *ops.Opening {
	for _, o := range f.openings() {
		if window == ops.NextWindow || window == o.Window || window == o.Key {
			return &o
		}
	}
	return nil
}

func into(req ops.Request) string {
	if req.Window == "" {
		return ""
	}
	return " into " + req.Window
}

func (f *Fake) planOf(req ops.Request) ops.Plan {
	if req.Maintenance == nil {
		return f.PlanOf
	}
	return ops.Plan{
		Environment: req.Environment, Strategy: ops.Closing, Why: "maintenance was asked for", At: f.PlanOf.At, Digest: f.PlanOf.Digest,
		Steps: []ops.Step{
			{Name: "close edge", Kind: ops.CloseEdge}, {Name: "stay closed", Kind: ops.StayClosed, Estimate: req.Maintenance.For},
			{Name: "open edge", Kind: ops.OpenEdge},
		},
		Checks: []ops.Finding{{Check: "edge", Level: ops.Pass, Fact: "open, and ready to be closed"}},
	}
}

// Reopen ends the open maintenance at once.
func (f *Fake) Reopen(ctx context.Context, environment string, by ops.Actor, reason string) (ops.Run, error) {
	runs, err := f.History(ctx, environment, 0)
	i := slices.IndexFunc(runs, func(r ops.Run) bool { return r.State.Open() && r.Request.Maintenance != nil })
	if err != nil || i < 0 {
		return ops.Run{}, ops.Refuse("no maintenance is on in "+environment, "status")
	}
	return f.decide(ctx, "Reopen", runs[i].ID, by, reason, ops.Succeeded)
}

// Windows is WindowsOf.
func (f *Fake) Windows(_ context.Context, environment string) ([]ops.WindowState, error) {
	return f.WindowsOf, f.call("Windows", "%s", environment)
}

// Occurrences is PastOf.
func (f *Fake) Occurrences(_ context.Context, environment string, limit int) ([]ops.Occurrence, error) {
	return f.PastOf, f.call("Occurrences", "%s %d", environment, limit)
}

// SkipWindow skips the soonest opening of a window.
func (f *Fake) SkipWindow(_ context.Context, environment, window string, by ops.Actor, reason string) (ops.Occurrence, error) {
	o, err := f.next(environment, window)
	o.State, o.By, o.Reason = ops.Skipped, by, reason
	if err != nil {
		return o, err
	}
	return o, f.call("SkipWindow", "%s %s by %s: %s", environment, window, by.ID, reason)
}

// RunWindow opens a window at the time of PlanOf.
func (f *Fake) RunWindow(_ context.Context, environment, window string, by ops.Actor, reason string) (ops.Occurrence, error) {
	o, err := f.next(environment, window)
	lasts := o.Closes.Sub(o.Opens)
	o.State, o.By, o.Reason, o.Opens, o.Closes = ops.OpenNow, by, reason, f.PlanOf.At, f.PlanOf.At.Add(lasts)
	if err != nil {
		return o, err
	}
	return o, f.call("RunWindow", "%s %s by %s: %s", environment, window, by.ID, reason)
}

func (f *Fake) next(environment, window string) (ops.Occurrence, error) {
	for _, w := range f.WindowsOf {
		if w.Name == window && len(w.Next) > 0 {
			return w.Next[0], nil
		}
	}
	return ops.Occurrence{}, ops.Refuse(fmt.Sprintf("%s has no window %q", environment, window), "upgrades")
}

// Freezes is FreezesOf.
func (f *Fake) Freezes(_ context.Context, environment string) ([]ops.Freeze, error) {
	err := f.call("Freezes", "%s", environment)
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.FreezesOf), err
}

// Freeze adds to FreezesOf.
func (f *Fake) Freeze(_ context.Context, freeze ops.Freeze) (ops.Freeze, error) {
	if err := f.call("Freeze", "%s until %s by %s: %s", freeze.Environment, freeze.Until.UTC().Format("2006-01-02T15:04"), freeze.By.ID, freeze.Reason); err != nil {
		return ops.Freeze{}, err
	}
	if freeze.From.IsZero() {
		freeze.From = f.PlanOf.At
	}
	freeze.ID, freeze.Source = "f-abc234", "chat"
	f.mu.Lock()
	defer f.mu.Unlock()
	f.FreezesOf = append(f.FreezesOf, freeze)
	return freeze, nil
}

// Unfreeze takes out of FreezesOf.
func (f *Fake) Unfreeze(_ context.Context, environment, id string, by ops.Actor) (ops.Freeze, error) {
	if err := f.call("Unfreeze", "%s %s by %s", environment, id, by.ID); err != nil {
		return ops.Freeze{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.FreezesOf, func(known ops.Freeze) bool { return known.ID == id })
	if i < 0 {
		return ops.Freeze{}, ops.Refuse(fmt.Sprintf("%s has no freeze %q", environment, id), "freezes")
	}
	lifted := f.FreezesOf[i]
	f.FreezesOf = slices.Delete(f.FreezesOf, i, i+1)
	return lifted, nil
}
