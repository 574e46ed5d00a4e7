package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Status is how an environment is now.
func Status(s Style, st ops.Status) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %s\n", s.paint(bold, st.Environment), Time(st.At))
	var rows [][]string
	for _, service := range st.Platform.Services {
		for _, c := range service.Containers {
			mark, state := s.levelMark(ops.Pass), health(c)
			switch {
			case !c.Healthy && st.Open != nil && st.Open.State == ops.Running:
				mark, state = s.levelMark(ops.Warn), "not healthy yet" // the run waits for it, and replaces nothing before
			case !c.Healthy:
				mark = s.levelMark(ops.Fail)
			}
			rows = append(rows, []string{mark, string(service.Component), c.Version.String(), c.Name,
				state + ", up " + Duration(st.At.Sub(c.StartedAt).Truncate(time.Second))})
		}
	}
	b.WriteString(table("  ", rows))
	b.WriteString(database(st.Database))
	if st.App.Connections != nil {
		fmt.Fprintf(&b, "  API connections %d", *st.App.Connections)
		if st.App.PendingExports != nil {
			fmt.Fprintf(&b, ", pending exports %d", *st.App.PendingExports)
		}
		b.WriteString("\n")
	}
	if st.Edge != nil {
		b.WriteString("  edge " + edgeState(s, st.Edge, false) + "\n")
	}
	if len(st.Findings) > 0 {
		b.WriteString("Findings\n" + Findings(s, st.Findings))
	}
	b.WriteString(runsOf(s, st))
	return b.String()
}

func database(d *ops.DatabaseState) string {
	if d == nil {
		return ""
	}
	text := fmt.Sprintf("  database PostgreSQL %s, %s", d.Server, Bytes(d.Bytes))
	if n := len(d.Applied); n > 0 {
		text += fmt.Sprintf(", %s, newest %04d %s", plural(n, "migration"), d.Applied[n-1].Version, d.Applied[n-1].Description)
	}
	if d.Backup != nil {
		text += fmt.Sprintf("\n  newest good backup %s, %s", Time(d.Backup.At), Bytes(d.Backup.Bytes))
	} else {
		text += "\n  no good backup yet"
	}
	return text + "\n"
}

// position is which step of how many a run is at.
func position(r ops.Run) string {
	for i, step := range r.Steps {
		if step.State == ops.StepStarted || step.State == ops.StepFailed {
			return fmt.Sprintf(" at step %d of %d, %s", i+1, len(r.Steps), step.Name)
		}
	}
	return ""
}

func runsOf(s Style, st ops.Status) string {
	var b strings.Builder
	if st.Open != nil {
		fmt.Fprintf(&b, "Open  %s  %s%s%s\n", title(*st.Open), s.state(st.Open.State), position(*st.Open), quoted(st.Open.Reason))
		b.WriteString(strings.TrimPrefix(next(*st.Open), "\n"))
	}
	for _, r := range st.Scheduled {
		fmt.Fprintf(&b, "Scheduled  %s  into window %s\n", title(r), waitsFor(r))
	}
	if st.Last != nil {
		fmt.Fprintf(&b, "Last  %s  %s, %s\n", title(*st.Last), s.state(st.Last.State), Time(st.Last.EndedAt))
	}
	if st.Lease != nil {
		renewed := ""
		if st.Open != nil && st.Open.State == ops.Running {
			renewed = ", renewed while it runs"
		}
		fmt.Fprintf(&b, "Locked by %s until %s%s\n", st.Lease.Owner, Time(st.Lease.Expires), renewed)
	}
	return b.String()
}
