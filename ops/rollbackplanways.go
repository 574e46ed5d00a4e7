package ops

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// passage is one way back: the point it returns to, and why it can or cannot be gone.
type passage struct {
	way      Way
	point    *ReturnPoint // nil where the database stays as it is
	possible bool
	why      string
}

func closedTo(way Way, why string) passage { return passage{way: way, why: why} }

// passable is the way that was asked for; a way that cannot be gone is refused, with
// those that can.
func (r retreat) passable(back Rollback) (passage, error) {
	var ways []string
	for _, way := range []Way{BackByImages, BackBySnapshot, BackByBackup} {
		if r.passage(way, "").possible {
			ways = append(ways, fmt.Sprintf("rollback %s --way %s", r.run.ID, way))
		}
	}
	switch {
	case back.Way == "":
		return passage{}, Refuse("which way back is to be said, for each has its cost", ways...)
	case !slices.Contains([]Way{BackByImages, BackBySnapshot, BackByBackup}, back.Way):
		return passage{}, Refuse(fmt.Sprintf("there is no way back %q; the ways are images, snapshot and backup", back.Way), ways...)
	case back.Backup != "" && back.Way != BackByBackup:
		return passage{}, Refuse(fmt.Sprintf("the way %s restores no backup", back.Way), "rollback "+r.run.ID+" --way backup --backup "+back.Backup)
	}
	if err := r.seen(back.Way); err != nil {
		return passage{}, err
	}
	p := r.passage(back.Way, back.Backup)
	if !p.possible {
		return passage{}, Refuse(fmt.Sprintf("%s cannot go back by %s: %s", r.env.Name, back.Way, p.why), ways...)
	}
	return p, nil
}

// seen fails where a way needs what could not be looked at. That is no refusal, which would
// void what was approved: it says nothing about the way, and may be different in a moment.
func (r retreat) seen(way Way) error {
	unseen := r.cannotSee("database")
	if r.env.Edge != nil && r.obs.Edge == nil && (way != BackByImages || !r.rolls(passage{way: way})) {
		unseen = errors.Join(unseen, r.cannotSee("edge"))
	}
	if way != BackByImages {
		unseen = errors.Join(unseen, r.blind)
	}
	if unseen != nil {
		return fmt.Errorf("look at the way back of %s: %w; ask again", r.env.Name, unseen)
	}
	return nil
}

// cannotSee is why a part of the environment could not be looked at; nil when it could.
func (r retreat) cannotSee(part string) error {
	i := slices.IndexFunc(r.obs.Unseen, func(f Finding) bool { return f.Check == part })
	if i < 0 {
		return nil
	}
	return fmt.Errorf("the %s cannot be seen: %s", part, r.obs.Unseen[i].Fact)
}

// passage is a way back as things are. A backup may be named.
func (r retreat) passage(way Way, backup string) passage {
	switch way {
	case BackByImages:
		return r.byImages()
	case BackBySnapshot:
		if why := r.unable(Swap); why != "" {
			return closedTo(way, why)
		}
		return r.bySnapshot()
	}
	if why := cmp.Or(r.unable(Swap), r.unable(Restore)); why != "" {
		return closedTo(way, why)
	}
	return r.byBackup(backup)
}

// unable says why steps of a kind cannot be done here; empty when they can.
func (r retreat) unable(kind Kind) string {
	if r.unseen != "" {
		return r.unseen
	}
	if _, ok := r.env.Handlers[kind]; !ok {
		return fmt.Sprintf("ktops cannot %s databases of %s", kind, r.env.Name)
	}
	return ""
}

// byImages starts the previous images on the database as it is. An API refuses to start
// on a schema with migrations that it does not have, unless it was seen to.
func (r retreat) byImages() passage {
	to, ahead := r.run.Plan.From, r.ahead()
	if len(ahead) == 0 {
		return passage{way: BackByImages, possible: true, why: fmt.Sprintf("no migration ran since %s, so nothing is lost", to)}
	}
	for _, h := range r.rehearsed {
		if h.Starts.OK && covers(h.Pending, ahead) {
			return passage{way: BackByImages, possible: true, why: fmt.Sprintf("%s is known to start on this schema: it did in the rehearsal of %s, so nothing is lost",
				to, ClockText(h.At, "UTC"))}
		}
	}
	return closedTo(BackByImages, fmt.Sprintf("%s ran since, and API %s refuses to start on a newer schema", plural(len(ahead), "migration"), to))
}

// ahead are the applied migrations that the previous API does not have.
func (r retreat) ahead() []AppliedMigration {
	applied, known := r.obs.Database.Applied, r.obs.Platform.Migrations
	if r.obs.Platform.MigrationsUnread != "" || len(known) == 0 {
		facts := r.run.Plan.Facts
		return applied[min(max(facts.Applied-facts.Beyond, 0), len(applied)):]
	}
	return slices.DeleteFunc(slices.Clone(applied), func(a AppliedMigration) bool { return knows(known, a) })
}

func knows(migrations []Migration, a AppliedMigration) bool {
	return slices.ContainsFunc(migrations, func(m Migration) bool { return m.Version == a.Version && m.Checksum == a.Checksum })
}

func covers(migrations []Migration, applied []AppliedMigration) bool {
	return !slices.ContainsFunc(applied, func(a AppliedMigration) bool { return !knows(migrations, a) })
}

// bySnapshot puts the snapshot that the run took in the database's place.
func (r retreat) bySnapshot() passage {
	i := slices.IndexFunc(r.points, func(p ReturnPoint) bool { return p.Way == BackBySnapshot && p.Run == r.run.ID })
	taken := r.run.step(Snapshot)
	switch {
	case i < 0 && (taken == nil || taken.State != StepDone):
		return closedTo(BackBySnapshot, fmt.Sprintf("run %s took no snapshot", r.run.ID))
	case i < 0:
		return closedTo(BackBySnapshot, fmt.Sprintf("the snapshot of run %s is not there any more", r.run.ID))
	}
	point := r.points[i]
	if why := r.unfitPoint(point); why != "" {
		return closedTo(BackBySnapshot, why)
	}
	return passage{way: BackBySnapshot, point: &point, possible: true,
		why: fmt.Sprintf("the snapshot of %s takes the database's place", ClockText(point.At, "UTC"))}
}

// byBackup restores the backup that is named, else that of the run, else the newest from
// before it whose migrations the previous API knows.
func (r retreat) byBackup(name string) passage {
	var found *ReturnPoint
	unfit := ""
	for _, p := range r.points {
		switch {
		case p.Way != BackByBackup || (name != "" && p.Name != name):
			continue
		case name == "" && p.Run != r.run.ID && (!p.At.Before(r.began()) || len(p.Applied) == 0):
			continue
		}
		if why := r.unfitPoint(p); why != "" {
			unfit = cmp.Or(unfit, why)
			continue
		}
		if found == nil || (p.Run == r.run.ID && found.Run != r.run.ID) || (p.Run == found.Run && p.At.After(found.At)) {
			found = &p
		}
	}
	switch {
	case found == nil && unfit != "":
		return closedTo(BackByBackup, unfit)
	case found == nil && name != "":
		return closedTo(BackByBackup, fmt.Sprintf("there is no verified backup %q", name))
	case found == nil:
		return closedTo(BackByBackup, fmt.Sprintf("no verified backup from before run %s is there that API %s could start on", r.run.ID, r.run.Plan.From))
	}
	return passage{way: BackByBackup, point: found, possible: true,
		why: fmt.Sprintf("backup %s of %s is restored beside the database and takes its place", found.Name, ClockText(found.At, "UTC"))}
}

// unfitPoint says why a point cannot be gone back to; empty when it can.
func (r retreat) unfitPoint(p ReturnPoint) string {
	known := r.obs.Platform.Migrations
	if p.Unfit != "" {
		return fmt.Sprintf("%s %s cannot be used: %s", p.Way, p.Name, p.Unfit)
	}
	var strange []string
	for _, a := range p.Applied {
		if len(known) > 0 && r.obs.Platform.MigrationsUnread == "" && !knows(known, a) {
			strange = append(strange, fmt.Sprintf("%04d", a.Version))
		}
	}
	beyond := len(p.Applied) == 0 && p.Run == r.run.ID && r.run.Plan.Facts.Beyond > 0
	switch {
	case len(strange) > 0:
		return fmt.Sprintf("%s %s has migrations that API %s does not have: %s", p.Way, p.Name, r.run.Plan.From, strings.Join(strange, ", "))
	case beyond:
		return fmt.Sprintf("run %s began on a schema on which API %s could not start again", r.run.ID, r.run.Plan.From)
	}
	return ""
}

// began is when the run that is taken back began to act.
func (r retreat) began() time.Time {
	if r.run.StartedAt.IsZero() {
		return r.run.ProposedAt
	}
	return r.run.StartedAt
}
