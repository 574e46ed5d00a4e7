package ops

import (
	"cmp"
	"fmt"
	"slices"
)

// NewPlan is the plan that brings what was observed to the target. It is a pure
// function. A target that makes no sense here is a *Refusal; a plan whose checks
// fail is returned with them, to be shown but not run.
func NewPlan(o Observation, req Request, rules Rules) (Plan, error) {
	from, err := runningVersion(o)
	if err != nil {
		return Plan{}, err
	}
	if err := checkTarget(o, from, req, rules); err != nil {
		return Plan{}, err
	}
	if req.Rehearse {
		return rehearsalPlan(o, from, req, rules)
	}
	facts := factsOf(o)
	shown := rehearsed(o, from, req, facts.Pending, rules)
	if shown.proven() && shown.Against() != "" && req.Strategy == Rolling {
		return Plan{}, Refuse(fmt.Sprintf("%s cannot roll: the rehearsal has shown that %s", req.Target, shown.Against()),
			"upgrade "+req.Target.String()+" --window "+NextWindow)
	}
	strategy, why := chooseStrategy(o, from, req, rules, facts)
	plan := Plan{
		Environment: o.Environment, Target: req.Target, From: from, Strategy: strategy, Why: why, At: o.At, Facts: facts,
		Migrations: plannedMigrations(o, facts.Pending),
	}
	switch {
	case strategy == Rolling:
		plan.Steps = rollingSteps(o, from, req.Target, facts)
	case o.Edge == nil:
		return Plan{}, Refuse(why+"; that takes a maintenance window, and ktops does not manage the edge of "+o.Environment,
			"add edge.maintenance to ktops.yaml (ktops edge install shows how)")
	default:
		plan.Steps = windowSteps(o, from, req.Target, facts)
	}
	plan.Steps = foretell(estimate(watched(plan.Steps, rules.Watch, from, req.Target), o), o, shown)
	plan.Checks = checklist(o, plan, req, rules)
	plan.Digest = plan.digest()
	return plan, nil
}

// runningVersion is the version the environment is at: the API's, for it decides
// the schema. While APIs of two versions run, the lower one counts.
func runningVersion(o Observation) (Version, error) {
	api := o.Platform.Service(API)
	if api == nil || len(api.Containers) == 0 {
		return Version{}, Refuse(fmt.Sprintf("no API runs in %s, so there is nothing to upgrade", o.Environment), "status")
	}
	oldest := slices.MinFunc(api.Containers, func(a, b Container) int { return a.Version.Compare(b.Version) }).Version
	if oldest.IsZero() {
		return Version{}, Refuse(fmt.Sprintf("the API's image %s has no version as its tag, so it cannot be told what to upgrade from",
			api.Containers[0].Image), "pin a version such as 2.4.3 in the Compose file and start again")
	}
	return oldest, nil
}

func factsOf(o Observation) Facts {
	facts := Facts{Applied: len(o.Database.Applied), Pending: pending(o), Beyond: beyond(o)}
	for _, m := range o.Database.Applied {
		facts.LastSchema = max(facts.LastSchema, m.Version)
	}
	for _, s := range o.Platform.Services {
		facts.Running = append(facts.Running, runningFacts(s)...)
	}
	for _, img := range o.Platform.Images {
		facts.Images = append(facts.Images, ImageFact{Component: img.Component, Ref: img.Ref, ID: img.ID})
	}
	return facts
}

func runningFacts(s Service) []RunningFact {
	byImage := map[string]*RunningFact{}
	for _, c := range s.Containers {
		f, ok := byImage[c.ImageID]
		if !ok {
			f = &RunningFact{Component: s.Component, Version: c.Version, ImageID: c.ImageID}
			byImage[c.ImageID] = f
		}
		f.Containers++
	}
	facts := make([]RunningFact, 0, len(byImage))
	for _, f := range byImage {
		facts = append(facts, *f)
	}
	slices.SortFunc(facts, func(a, b RunningFact) int {
		return cmp.Or(a.Version.Compare(b.Version), cmp.Compare(a.ImageID, b.ImageID))
	})
	return facts
}

// pending are the target's migrations that the database has not applied.
func pending(o Observation) []Migration {
	applied := map[int64]bool{}
	for _, m := range o.Database.Applied {
		applied[m.Version] = true
	}
	var out []Migration
	for _, m := range o.Platform.Migrations {
		if !applied[m.Version] {
			out = append(out, m)
		}
	}
	return out
}

// beyond counts the applied migrations that the running API does not have.
func beyond(o Observation) int {
	if len(o.Platform.Known) == 0 {
		return 0
	}
	count := 0
	for _, applied := range o.Database.Applied {
		if !slices.ContainsFunc(o.Platform.Known, func(m Migration) bool { return m.Version == applied.Version }) {
			count++
		}
	}
	return count
}

// chooseStrategy follows the guide: minor versions roll; a major version, or
// migrations over a large table, take a window. So does a service that cannot roll,
// where the edge can be closed. What a rehearsal measured counts more than the size.
func chooseStrategy(o Observation, from Version, req Request, rules Rules, facts Facts) (Strategy, string) {
	if req.Target.Major != from.Major {
		return Window, fmt.Sprintf("%s to %s is a major version upgrade", from, req.Target)
	}
	migrations, some := plural(len(facts.Pending), "pending migration"), len(facts.Pending) > 0
	if o.Platform.MigrationsUnread != "" {
		migrations, some = "migrations that cannot be told beforehand", true
	}
	shown := rehearsed(o, from, req, facts.Pending, rules)
	if shown.proven() && shown.Against() != "" {
		return Window, "the rehearsal has shown that " + shown.Against()
	}
	if !shown.proven() && len(o.Database.Largest) > 0 && some && o.Database.Largest[0].Bytes > rules.LargeTable {
		t := o.Database.Largest[0]
		return Window, fmt.Sprintf("it has %s and table %s has %s, more than %s",
			migrations, t.Name, bytesText(t.Bytes), bytesText(rules.LargeTable))
	}
	if req.Strategy == Window {
		return Window, "a window was asked for"
	}
	if s := single(o); s != nil && req.Strategy != Rolling && o.Edge != nil {
		return Window, fmt.Sprintf("service %s cannot run twice for a moment: %s", s.Name, s.Fixed)
	}
	kind := "minor"
	if req.Target.Minor == from.Minor {
		kind = "patch"
	}
	return Rolling, fmt.Sprintf("a %s version with %s rolls without downtime", kind, migrations)
}

// single is the first service that cannot roll but can be stopped and made anew; nil
// when there is none.
func single(o Observation) *Service {
	i := slices.IndexFunc(o.Platform.Services, func(s Service) bool { return s.Fixed != "" && s.Bound == "" })
	if i < 0 {
		return nil
	}
	return &o.Platform.Services[i]
}

// Service is the service of a component; nil when the platform has none.
func (p PlatformState) Service(c Component) *Service {
	for i := range p.Services {
		if p.Services[i].Component == c {
			return &p.Services[i]
		}
	}
	return nil
}

// Image is the target's image of a component; nil when there is none.
func (p PlatformState) Image(c Component) *TargetImage {
	for i := range p.Images {
		if p.Images[i].Component == c {
			return &p.Images[i]
		}
	}
	return nil
}
