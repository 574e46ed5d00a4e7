package bot_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

func (s *service) Openings(_ context.Context, _ string, n int) ([]ops.Opening, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.openings[:min(n, len(s.openings))]), nil
}

func (s *service) Scheduled(ctx context.Context, environment string) ([]ops.Run, error) {
	runs, err := s.History(ctx, environment, 1000)
	return slices.DeleteFunc(runs, func(r ops.Run) bool { return r.State != ops.Scheduled }), err
}

func (s *service) Reopen(ctx context.Context, environment string, by ops.Actor, reason string) (ops.Run, error) {
	s.note("reopen " + environment + " by " + by.ID)
	runs, err := s.History(ctx, environment, 1000)
	for _, run := range runs {
		if run.State.Open() && run.Request.Maintenance != nil {
			return s.event(ops.Event{Run: run.ID, Kind: ops.ReopenAsked, Actor: by, Reason: reason})
		}
	}
	return ops.Run{}, err
}

// planFor is a plan of the strategy that a request leads to: a major version takes
// a window.
func planFor(req ops.Request) ops.Plan {
	p := plan(req.Environment, req.Target)
	switch {
	case req.Maintenance != nil:
		p.Strategy, p.From, p.Facts, p.Checks = ops.Closing, ops.Version{}, ops.Facts{}, nil
		p.Steps = []ops.Step{{Name: "close edge", Kind: ops.CloseEdge}, {Name: "stay closed", Kind: ops.StayClosed, Estimate: req.Maintenance.For}, {Name: "open edge", Kind: ops.OpenEdge}}
	case req.Rollback != nil:
		p.Strategy, p.From, p.Facts, p.Checks = ops.Returning, ops.Version{Major: 2, Minor: 5}, ops.Facts{}, nil
		p.Steps = []ops.Step{{Name: "close edge", Kind: ops.CloseEdge}, {Name: "stop api", Kind: ops.StopService}, {Name: "swap database", Kind: ops.Swap}, {Name: "open edge", Kind: ops.OpenEdge}}
	case req.Rehearse:
		p.Strategy = ops.Rehearsing
		p.Steps = []ops.Step{{Name: "restore scratch copy", Kind: ops.RestoreScratch}, {Name: "rehearse", Kind: ops.Rehearse}, {Name: "clear scratch copy", Kind: ops.ClearScratch}}
	case req.Target.Major > p.From.Major:
		p.Strategy, p.Why = ops.Window, "a major version always takes a window"
		p.Steps = []ops.Step{
			{Name: "pull images", Kind: ops.PullImages, Estimate: 20 * time.Second},
			{Name: "close edge", Kind: ops.CloseEdge, Estimate: time.Second},
			{Name: "drain", Kind: ops.Drain, Estimate: 10 * time.Second},
			{Name: "snapshot database", Kind: ops.Snapshot, Estimate: 10 * time.Second},
			{Name: "start api", Kind: ops.StartService, Component: ops.API, Estimate: 20 * time.Second, Migrates: true},
			{Name: "verify", Kind: ops.Verify, Estimate: 5 * time.Second},
			{Name: "open edge", Kind: ops.OpenEdge, Estimate: time.Second},
		}
	}
	return p
}

// keeper keeps windows and freezes in memory.
type keeper struct {
	states  []ops.WindowState
	past    []ops.Occurrence
	freezes []ops.Freeze
	calls   []string
	refuse  error
}

// weekly is a window with its next five openings, a week apart from tomorrow on.
func weekly(now time.Time) ops.WindowState {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	w := ops.WindowState{Environment: "production", Name: "weekly", Cron: "0 2 * * 0", Zone: "Europe/Berlin", Duration: 2 * time.Hour,
		Does: []ops.Chore{ops.ChoreBackup, ops.ChoreUpgrade}}
	first := time.Date(now.Year(), now.Month(), now.Day()+1, 2, 0, 0, 0, berlin)
	for i := range 5 {
		opens := first.AddDate(0, 0, 7*i)
		w.Next = append(w.Next, ops.Occurrence{Environment: "production", State: ops.Coming,
			Opening: ops.Opening{Window: "weekly", Key: opens.Format("2006-01-02T15:04"), Zone: w.Zone, Opens: opens.UTC(), Closes: opens.Add(2 * time.Hour).UTC()}})
	}
	return w
}

// withWindow gives a world a weekly window, and the domain its openings.
func (w *world) withWindow() *keeper {
	k := &keeper{states: []ops.WindowState{weekly(time.Now())}}
	for _, o := range k.states[0].Next {
		w.svc.openings = append(w.svc.openings, o.Opening)
	}
	w.stop()
	w.opts.Windows = k
	w.start()
	return k
}

func (k *keeper) Windows(_ context.Context, environment string) ([]ops.WindowState, error) {
	return slices.DeleteFunc(slices.Clone(k.states), func(w ops.WindowState) bool { return w.Environment != environment }), nil
}

func (k *keeper) Occurrences(context.Context, string, int) ([]ops.Occurrence, error) {
	return k.past, nil
}

func (k *keeper) SkipWindow(_ context.Context, environment, window string, by ops.Actor, reason string) (ops.Occurrence, error) {
	k.calls = append(k.calls, strings.Join([]string{"skip", environment, window, by.ID, reason}, " "))
	if k.refuse != nil {
		return ops.Occurrence{}, k.refuse
	}
	o := &k.states[0].Next[0]
	o.State, o.By, o.Reason = ops.Skipped, by, reason
	return *o, nil
}

func (k *keeper) RunWindow(_ context.Context, environment, window string, by ops.Actor, reason string) (ops.Occurrence, error) {
	k.calls = append(k.calls, strings.Join([]string{"run-now", environment, window, by.ID, reason}, " "))
	if k.refuse != nil {
		return ops.Occurrence{}, k.refuse
	}
	o := k.states[0].Next[0]
	o.Key, o.State, o.By, o.Opens, o.Closes = "now "+time.Now().Format("2006-01-02T15:04"), ops.OpenNow, by, time.Now(), time.Now().Add(2*time.Hour)
	k.states[0].Next = append([]ops.Occurrence{o}, k.states[0].Next...)
	return o, nil
}

func (k *keeper) Freezes(context.Context, string) ([]ops.Freeze, error) { return k.freezes, nil }

func (k *keeper) Freeze(_ context.Context, f ops.Freeze) (ops.Freeze, error) {
	k.calls = append(k.calls, "freeze "+f.Environment+" until "+f.Until.Format(time.RFC3339)+" "+f.Reason)
	f.ID = "f-abc234"
	k.freezes = append(k.freezes, f)
	return f, k.refuse
}

func (k *keeper) Unfreeze(_ context.Context, environment, id string, by ops.Actor) (ops.Freeze, error) {
	k.calls = append(k.calls, "unfreeze "+environment+" "+id+" by "+by.ID)
	i := slices.IndexFunc(k.freezes, func(f ops.Freeze) bool { return f.ID == id })
	if k.refuse != nil || i < 0 {
		return ops.Freeze{}, cmp.Or(k.refuse, ops.Refuse(environment+" has no freeze "+id))
	}
	lifted := k.freezes[i]
	k.freezes = slices.Delete(k.freezes, i, i+1)
	return lifted, nil
}
