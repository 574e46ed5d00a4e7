package ops

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// digest is what people approve: environment, target, strategy, steps and facts.
// Estimates, checks and the time of the observation may change without making it
// another plan.
func (p Plan) digest() string {
	steps := slices.Clone(p.Steps)
	for i := range steps {
		steps[i].Estimate = 0
	}
	text, err := json.Marshal(struct {
		Environment  string
		From, Target Version
		Strategy     Strategy
		Steps        []Step
		Facts        Facts
	}{p.Environment, p.From, p.Target, p.Strategy, steps, p.Facts})
	if err != nil {
		return "" // plain data always marshals; an empty digest matches nothing
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Drift tells what changed between the plan that was shown and a plan for the
// world as it is now, one sentence a difference; empty when nothing that matters did.
func Drift(shown, now Plan) []string {
	if shown.Digest == now.Digest && shown.Digest != "" {
		return nil
	}
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if shown.Strategy != now.Strategy {
		add("strategy was %s, is now %s", shown.Strategy, now.Strategy)
	}
	out = append(out, driftRunning(shown.Facts.Running, now.Facts.Running)...)
	for _, a := range shown.Facts.Images {
		for _, b := range now.Facts.Images {
			if a.Component == b.Component && a != b {
				add("image %s was %s, is now %s", b.Ref, short(a.ID), short(b.ID))
			}
		}
	}
	if shown.Facts.Applied != now.Facts.Applied || shown.Facts.LastSchema != now.Facts.LastSchema {
		add("database was at migration %d (%d applied), is now at %d (%d applied)",
			shown.Facts.LastSchema, shown.Facts.Applied, now.Facts.LastSchema, now.Facts.Applied)
	}
	if !slices.Equal(shown.Facts.Pending, now.Facts.Pending) {
		add("pending migrations were %d, are now %d, or their content changed", len(shown.Facts.Pending), len(now.Facts.Pending))
	}
	if len(out) == 0 {
		add("the steps changed: %d then, %d now", len(shown.Steps), len(now.Steps))
	}
	return out
}

func driftRunning(shown, now []RunningFact) []string {
	var out []string
	for _, c := range Services() {
		was, is := runningText(shown, c), runningText(now, c)
		if was != is {
			out = append(out, fmt.Sprintf("%s was %s, is now %s", c, was, is))
		}
	}
	return out
}

func runningText(facts []RunningFact, c Component) string {
	text := ""
	for _, f := range facts {
		if f.Component == c {
			if text != "" {
				text += " and "
			}
			text += fmt.Sprintf("%d × %s (%s)", f.Containers, f.Version, short(f.ImageID))
		}
	}
	if text == "" {
		return "not running"
	}
	return text
}

// short is enough of a content ID to tell two apart.
func short(id string) string {
	const prefix = "sha256:"
	if len(id) > len(prefix)+12 && id[:len(prefix)] == prefix {
		return id[len(prefix) : len(prefix)+12]
	}
	return id
}
