package ops

import (
	"fmt"
	"slices"
)

// runsSeen is how many runs are looked through for one that can be taken back.
const runsSeen = 100

// upgrades reports whether the run is an upgrade, and no maintenance, rehearsal or rollback.
func (r Run) upgrades() bool {
	return r.Request.Maintenance == nil && !r.Request.Rehearse && r.Request.Rollback == nil
}

// changed reports whether a run that ended, or is held, left the platform or its database
// other than it was.
func (r Run) changed() bool {
	switch r.State {
	case Succeeded:
		return true
	case Failed, Aborted, Held:
	default:
		return false
	}
	kinds := []Kind{Roll, StopService, StartService, Swap, Pin}
	return slices.ContainsFunc(r.Steps, func(s StepRun) bool {
		return slices.Contains(kinds, s.Kind) && s.State != StepPending && s.State != StepUndone
	})
}

// regretted is the run that a rollback takes back: the newest upgrade that changed
// something and was not taken back since. The runs are those of the environment, newest
// first; an empty id names none.
func regretted(runs []Run, environment, id string) (Run, error) {
	back := map[string]string{} // by the upgrade that was taken back
	for _, run := range runs {
		switch {
		case !run.upgrades():
			if run.Request.Rollback != nil && run.State == Succeeded {
				back[run.Request.Rollback.Run] = run.ID
			}
		case run.changed() && back[run.ID] == "":
			if id == "" || id == run.ID {
				return run, nil
			}
			return Run{}, refuseOther(runs, run, environment, id, back)
		}
	}
	if id != "" {
		return Run{}, refuseOther(runs, Run{}, environment, id, back)
	}
	return Run{}, Refuse("no upgrade of "+environment+" is there to be taken back", "history")
}

// regret is the run that can be taken back to get to a version; empty when there is none.
func regret(runs []Run, target Version) string {
	run, err := regretted(runs, "", "")
	if err != nil || run.Plan.From != target {
		return ""
	}
	return run.ID
}

// refuseOther says why this run cannot be taken back, though it was named.
func refuseOther(runs []Run, newest Run, environment, id string, back map[string]string) error {
	try := []string{"history"}
	if newest.ID != "" {
		try = []string{"rollback " + newest.ID}
	}
	i := slices.IndexFunc(runs, func(r Run) bool { return r.ID == id })
	if i < 0 {
		return Refuse(fmt.Sprintf("no run %q of %s is known", id, environment), try...)
	}
	run := runs[i]
	switch {
	case run.State.Open():
		return Refuse(fmt.Sprintf("run %s has not ended", id), wayOut(run)...)
	case run.Request.Rollback != nil:
		return Refuse(fmt.Sprintf("run %s is a rollback itself; the way forward is an upgrade", id), "upgrade "+run.Plan.From.String())
	case back[id] != "" || run.State == RolledBack:
		return Refuse(fmt.Sprintf("run %s was taken back already%s", id, byRun(back[id])), try...)
	case !run.upgrades() || !run.changed():
		return Refuse(fmt.Sprintf("run %s changed nothing that could be taken back", id), try...)
	}
	return Refuse(fmt.Sprintf("run %s (%s to %s) came after run %s, and is taken back first", newest.ID, newest.Plan.From, newest.Plan.Target, id), try...)
}

func byRun(id string) string {
	if id == "" {
		return ""
	}
	return ", by run " + id
}
