package ops_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/ops"
)

func plan(t *testing.T, w *world, to string) ops.Plan {
	t.Helper()
	p, err := ops.NewPlan(w.obs, upgrade(t, to, alice), ops.DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func stepNames(p ops.Plan) []string {
	var names []string
	for _, s := range p.Steps {
		names = append(names, s.Name)
	}
	return names
}

func TestPlan_OrdersDatabaseThenAPIThenConsoleThenGateways(t *testing.T) {
	want := []string{
		"pull images", "back up database", "read backup back",
		"roll api 1/1", "pin api_TAG", "roll console 1/1", "pin console_TAG",
		"roll gateway 1/2", "roll gateway 2/2", "pin gateway_TAG",
		"verify", "prune old backups",
	}
	if diff := cmp.Diff(want, stepNames(plan(t, newWorld(t), "2.5.0"))); diff != "" {
		t.Error(diff)
	}
}

func TestPlan_PinsASharedVariableAfterTheLastServiceThatUsesIt(t *testing.T) {
	w := newWorld(t)
	for i := range w.obs.Platform.Services {
		w.obs.Platform.Services[i].Variable = "KEEPTRUSTS_TAG"
	}
	names := stepNames(plan(t, w, "2.5.0"))
	if got := strings.Join(names, ","); strings.Count(got, "pin") != 1 || !strings.Contains(got, "roll gateway 2/2,pin KEEPTRUSTS_TAG,verify") {
		t.Errorf("steps: %v", names)
	}
}

func TestPlan_OnlyTheFirstNewAPIMigrates(t *testing.T) {
	w := newWorld(t)
	w.obs.Platform.Services[0] = service(t, ops.API, "2.4.3", 2)
	for _, s := range plan(t, w, "2.5.0").Steps {
		if want := s.Name == "roll api 1/2"; s.Migrates != want {
			t.Errorf("step %q: migrates %v", s.Name, s.Migrates)
		}
	}
}

func TestPlan_RefusesTargetsThatMakeNoSense(t *testing.T) {
	releases := []string{"2.3.4", "2.4.2", "2.4.3", "2.5.0", "3.0.0", "4.0.0"}
	for name, c := range map[string]struct {
		from, to string
		why, try string
	}{
		"downgrade":               {"2.4.3", "2.3.4", "older", "Rollback Procedures"},
		"same version":            {"2.4.3", "2.4.3", "already runs 2.4.3 everywhere", "verify"},
		"unknown tag, same line":  {"2.4.3", "2.5.9", "no release 2.5.9", "upgrade 2.5.0"},
		"unknown tag, other line": {"2.4.3", "2.9.0", "no release 2.9.0", "upgrade 4.0.0"},
		"unknown and older":       {"2.4.3", "2.4.1", "no release 2.4.1", "upgrade 4.0.0"},
		"skipped major":           {"2.4.3", "4.0.0", "skips a major version", "upgrade 3.0.0,upgrade 4.0.0"},
		"two hops":                {"2.3.4", "2.5.0", "gateway 2.3.4 still serves", "upgrade 2.4.3,upgrade 2.5.0"},
		"major needs a window":    {"2.4.3", "3.0.0", "maintenance window", "edge.maintenance"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for i, s := range w.obs.Platform.Services {
				w.obs.Platform.Services[i] = service(t, s.Component, c.from, s.Replicas)
			}
			w.target(t, c.to)
			for _, r := range releases {
				w.obs.Releases = append(w.obs.Releases, version(t, r))
			}
			_, err := ops.NewPlan(w.obs, upgrade(t, c.to, alice), ops.DefaultRules())
			r := refusal(t, err)
			if !strings.Contains(r.Why, c.why) || !strings.Contains(strings.Join(r.Try, ","), c.try) {
				t.Errorf("refusal: %v", r)
			}
		})
	}
}

func TestPlan_ChecksFailWithTheNumberBehindThem(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*world)
		check  string
		level  ops.Level
		fact   string
	}{
		"database disk full":   {func(w *world) { *w.obs.Database.DataFree = 100 << 20 }, "database disk", ops.Fail, "105 MB free"},
		"database disk unseen": {func(w *world) { w.obs.Database.DataFree = nil }, "database disk", ops.Warn, "cannot be seen"},
		"backup disk full":     {func(w *world) { w.obs.Database.BackupFree = 1 << 20 }, "backup disk", ops.Fail, "1.0 MB free"},
		"exports pending":      {func(w *world) { n := 3; w.obs.App.PendingExports = &n }, "exports", ops.Warn, "3 pending exports"},
		"connections unknown":  {func(w *world) { w.obs.App.Connections = nil }, "connections", ops.Warn, "does not tell"},
		"image missing":        {func(w *world) { w.obs.Platform.Images[2].Missing = "no manifest for amd64" }, "image keeptrusts/gateway:2.5.0", ops.Fail, "amd64"},
		"migration modified":   {func(w *world) { w.obs.Platform.Migrations[0].Checksum = "x" }, "migrations", ops.Fail, "0001 was modified"},
		"migration missing":    {func(w *world) { w.obs.Platform.Migrations = w.obs.Platform.Migrations[1:] }, "migrations", ops.Fail, "missing from the target"},
		"migration dirty":      {func(w *world) { w.obs.Database.Applied[0].Success = false }, "migrations", ops.Fail, "dirty"},
		"migration late":       {func(w *world) { w.obs.Database.Applied[0].Version, w.obs.Platform.Migrations[0].Version = 9, 9 }, "migrations", ops.Warn, "1 pending"},
		"migrations unread":    {func(w *world) { w.obs.Platform.MigrationsUnread = "no such path" }, "migrations", ops.Warn, "no such path"},
		"cannot run twice":     {func(w *world) { w.obs.Platform.Services[0].Fixed = "it has container_name api" }, "service keeptrusts-api", ops.Fail, "container_name"},
		"cannot be replaced":   {func(w *world) { w.obs.Platform.Services[0].Fixed, w.obs.Platform.Services[0].Bound = "data", "data" }, "service keeptrusts-api", ops.Fail, "neither a rolling upgrade nor a window"},
		"tag not a variable":   {func(w *world) { w.obs.Platform.Services[1].Variable = "" }, "service keeptrusts-console", ops.Fail, "not a variable"},
		"none asked for":       {func(w *world) { w.obs.Platform.Services[1].Replicas = 0 }, "service keeptrusts-console", ops.Fail, "asks for none"},
		"ill before":           {func(w *world) { w.obs.Platform.Services[2].Containers[1].Healthy = false }, "service keeptrusts-gateway", ops.Fail, "1 of 2"},
		"old kt":               {func(w *world) { w.obs.App.CLI = ops.Version{Major: 2, Minor: 3} }, "versions", ops.Warn, "kt 2.3.0"},
		"leftovers":            {func(w *world) { w.obs.Platform.Leftovers = []ops.Container{{Name: "api-7"}} }, "leftovers", ops.Warn, "api-7"},
		"gateway ahead":        {func(w *world) { w.obs.Platform.Services[2] = service(t, ops.Gateway, "2.5.1", 2) }, "compatibility", ops.Fail, "newer than 2.5.0"},
		"console moment":       {func(*world) {}, "compatibility", ops.Pass, "console 2.4.3 meets API 2.5.0 only until its own step"},
		"migrated half way":    {func(w *world) { w.obs.Platform.Known = []ops.Migration{{Version: 7}} }, "migrations", ops.Warn, "running API 2.4.3 does not have"},
		"old pg_dump":          {func(w *world) { w.obs.Database.Client = "14.9" }, "backup", ops.Fail, "install postgresql-client-15"},
		"no backup yet":        {func(*world) {}, "backup", ops.Warn, "no verified backup"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.change(w)
			for _, f := range plan(t, w, "2.5.0").Checks {
				if f.Check == c.check {
					if f.Level != c.level || !strings.Contains(f.Fact+f.Advice, c.fact) {
						t.Errorf("%+v", f)
					}
					return
				}
			}
			t.Errorf("no check %q", c.check)
		})
	}
}

func TestPlan_SoakHoldsBackUnlessUrgent(t *testing.T) {
	v := version(t, "2.5.0")
	for name, c := range map[string]struct {
		soaked ops.Soaked
		urgent bool
		want   ops.Level
	}{
		"long enough":   {ops.Soaked{Version: v, Healthy: true, For: 25 * time.Hour}, false, ops.Pass},
		"too short":     {ops.Soaked{Version: v, Healthy: true, For: time.Hour}, false, ops.Fail},
		"not healthy":   {ops.Soaked{Version: v, For: 25 * time.Hour}, false, ops.Fail},
		"other version": {ops.Soaked{Version: version(t, "2.4.3"), Healthy: true, For: 25 * time.Hour}, false, ops.Fail},
		"urgent":        {ops.Soaked{Version: v, Healthy: true, For: time.Hour}, true, ops.Warn},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.soaked.Environment, c.soaked.Required = "staging", 24*time.Hour
			w.obs.Soaked = &c.soaked
			req := upgrade(t, "2.5.0", alice)
			req.Urgent, req.Reason = c.urgent, "CVE-2026-1"
			p, err := ops.NewPlan(w.obs, req, ops.DefaultRules())
			if err != nil {
				t.Fatal(err)
			}
			got := p.Checks[len(p.Checks)-1]
			if got.Check != "soak" || got.Level != c.want {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestPlan_LargeTableWithMigrationsThatCannotBeReadTakesAWindow(t *testing.T) {
	w := newWorld(t)
	w.obs.Platform.Migrations, w.obs.Platform.MigrationsUnread = nil, "image has no folder /app/migrations"
	p, err := ops.NewPlan(w.obs, upgrade(t, "2.5.0", alice), ops.DefaultRules())
	if err != nil || strings.Contains(p.Why, "no pending migration") {
		t.Errorf("%q %v", p.Why, err)
	}
	w.obs.Database.Largest[0].Bytes = 11 << 30
	_, err = ops.NewPlan(w.obs, upgrade(t, "2.5.0", alice), ops.DefaultRules())
	if r := refusal(t, err); !strings.Contains(r.Why, "that takes a maintenance window") {
		t.Error(r)
	}
}

func TestPlan_LargeTableWithPendingMigrationsTakesAWindow(t *testing.T) {
	w := newWorld(t)
	w.obs.Database.Largest[0].Bytes = 11 << 30
	_, err := ops.NewPlan(w.obs, upgrade(t, "2.5.0", alice), ops.DefaultRules())
	if r := refusal(t, err); !strings.Contains(r.Why, "table events has 12 GB") {
		t.Error(r)
	}
	w.obs.Platform.Migrations = w.obs.Platform.Migrations[:1]
	if p := plan(t, w, "2.5.0"); p.Strategy != ops.Rolling {
		t.Error("without pending migrations the size does not matter")
	}
}

func TestDigest_ChangesWithWhatMattersOnly(t *testing.T) {
	shown := plan(t, newWorld(t), "2.5.0")
	for name, c := range map[string]struct {
		change func(*world)
		drift  string // empty: the same plan
	}{
		"time, disk, history": {func(w *world) {
			w.obs.At = time.Now()
			*w.obs.Database.DataFree /= 2
			w.obs.Durations = map[string]time.Duration{"verify": 1}
		}, ""},
		"image rebuilt": {func(w *world) { w.obs.Platform.Images[0].ID = "api@other" }, "image keeptrusts/api:2.5.0 was"},
		"migration added": {func(w *world) {
			w.obs.Platform.Migrations = append(w.obs.Platform.Migrations, ops.Migration{Version: 3})
		}, "pending migrations were 1, are now 2"},
		"somebody upgraded": {func(w *world) { w.obs.Platform.Services[1] = service(t, ops.Console, "2.5.0", 1) }, "console was 1 × 2.4.3"},
		"gateway scaled":    {func(w *world) { w.obs.Platform.Services[2] = service(t, ops.Gateway, "2.4.3", 3) }, "gateway was 2 × 2.4.3"},
		"migrated by somebody": {func(w *world) {
			w.obs.Database.Applied = append(w.obs.Database.Applied, ops.AppliedMigration{Version: 2, Checksum: "b", Success: true})
		}, "database was at migration 1"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.change(w)
			drift := strings.Join(ops.Drift(shown, plan(t, w, "2.5.0")), "; ")
			if (c.drift == "") != (drift == "") || !strings.Contains(drift, c.drift) {
				t.Errorf("drift: %q", drift)
			}
		})
	}
}

func TestPlan_ServiceThatCannotRunTwiceTakesAWindow(t *testing.T) {
	for name, c := range map[string]struct {
		edge     *ops.EdgeState
		strategy ops.Strategy
		bound    string
		want     ops.Strategy
		passes   bool
	}{
		"edge can be closed":  {&ops.EdgeState{}, ops.Auto, "", ops.Window, true},
		"rolling asked for":   {&ops.EdgeState{}, ops.Rolling, "", ops.Rolling, false},
		"edge is not ours":    {nil, ops.Auto, "", ops.Rolling, false},
		"a window is no help": {&ops.EdgeState{}, ops.Auto, "its data would be lost", ops.Rolling, false},
		"not even asked for":  {&ops.EdgeState{}, ops.Window, "its data would be lost", ops.Window, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.obs.Edge = c.edge
			console := &w.obs.Platform.Services[1]
			console.Fixed, console.Bound = "container_name is console", c.bound
			req := upgrade(t, "2.5.0", alice)
			req.Strategy = c.strategy
			p, err := ops.NewPlan(w.obs, req, ops.DefaultRules())
			if err != nil {
				t.Fatal(err)
			}
			failed := slices.ContainsFunc(p.Checks, func(f ops.Finding) bool { return f.Check == "service "+console.Name && f.Level == ops.Fail })
			if p.Strategy != c.want || failed == c.passes {
				t.Errorf("strategy is %s (%s), the service's check failed: %v", p.Strategy, p.Why, failed)
			}
			if c.passes && !strings.Contains(p.Why, "service "+console.Name+" cannot run twice for a moment: container_name") {
				t.Errorf("why: %s", p.Why)
			}
		})
	}
}
