package ops

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// DefaultRehearsalAge is how long a rehearsal counts where the rules do not say: the
// data moves on.
const DefaultRehearsalAge = 7 * 24 * time.Hour

// longLock is from when on a lock is one that users notice.
const longLock = time.Second

// keepsOut has the locks in whose time a table cannot be written to, or not even read
// (PostgreSQL: Explicit Locking).
func keepsOut(mode string) bool {
	return slices.Contains([]string{"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"}, mode)
}

// rehearsed is the rehearsal of exactly this upgrade; nil when there is none that counts.
func rehearsed(o Observation, from Version, req Request, pending []Migration, rules Rules) *Rehearsal {
	r := o.Rehearsal
	same := func(a, b Migration) bool { return a.Version == b.Version && a.Checksum == b.Checksum }
	if r == nil || r.Target != req.Target || r.From != from || o.At.Sub(r.At) > rules.rehearsalAge() ||
		!slices.EqualFunc(r.Pending, pending, same) {
		return nil
	}
	return r
}

func (r Rules) rehearsalAge() time.Duration { return cmp.Or(r.RehearsalAge, DefaultRehearsalAge) }

// proven reports whether the target came up in the rehearsal; false for none.
func (r *Rehearsal) proven() bool { return r != nil && r.Failed == "" }

// Against says what was measured that speaks against rolling; empty when nothing does.
func (r Rehearsal) Against() string {
	for _, m := range r.Migrations {
		if len(m.Rewrites) > 0 {
			t := m.Rewrites[0]
			return fmt.Sprintf("migration %04d writes table %s (%s) anew", m.Version, t.Name, bytesText(t.Bytes))
		}
	}
	for _, m := range r.Migrations {
		for _, l := range m.Locks {
			if keepsOut(l.Mode) && l.Held >= longLock {
				return fmt.Sprintf("migration %04d holds %s on table %s for %s", m.Version, l.Mode, l.Table, tookText(l.Held))
			}
		}
	}
	if !r.Answers.OK {
		return fmt.Sprintf("API %s does not answer on the migrated schema: %s", r.From, r.Answers.Fact)
	}
	return ""
}

// checkRehearsal tells what the rehearsal of exactly this upgrade has shown, or that one
// is required; false where there is nothing to say.
func checkRehearsal(o Observation, p Plan, req Request, rules Rules) (Finding, bool) {
	r := rehearsed(o, p.From, req, p.Facts.Pending, rules)
	f := Finding{Check: "rehearsal", Level: Pass}
	again := "rehearse " + req.Target.String()
	switch {
	case r == nil && (!rules.RequireRehearsal || !mayMigrate(o, p.Facts)):
		return f, false
	case r == nil:
		f.Level, f.Advice = Fail, again
		f.Fact = fmt.Sprintf("the policy requires one of exactly these migrations, from %s, not older than %s; there is none", p.From, DurationText(rules.rehearsalAge()))
	case r.Failed != "":
		f.Level, f.Fact = Fail, r.Summary()
		f.Advice = "mend the data or ask who built the release, then " + again
	default:
		f.Fact = fmt.Sprintf("%s ago, on %s: %s", DurationText(o.At.Sub(r.At)), bytesText(r.Bytes), r.Summary())
	}
	return f, true
}

// scaled is how long the target's API should take to come up on the live data.
func (r Rehearsal) scaled(o Observation) time.Duration {
	if r.Bytes <= 0 || o.Database.Bytes <= r.Bytes {
		return r.Boot
	}
	return time.Duration(float64(r.Boot) * float64(o.Database.Bytes) / float64(r.Bytes))
}

// foretell gives the step that migrates the time that its rehearsal took: of these
// migrations it knows more than the history of other ones.
func foretell(steps []Step, o Observation, r *Rehearsal) []Step {
	for i := range steps {
		if r.proven() && steps[i].Migrates {
			steps[i].Estimate = r.scaled(o)
		}
	}
	return steps
}
