package verify

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/keeptrusts/ktops/ops"
)

// Markdown is the report of a run for a ticket: what was asked for and by whom,
// how it ended, each step, what callers saw, the backup, and the checks.
func Markdown(run ops.Run) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# %s", title(run))
	line("")
	line("- **Outcome:** %s%s", strings.ReplaceAll(string(run.State), "_", " "), because(run.Reason))
	line("- **Run:** %s, plan `%s`", run.ID, run.Plan.Digest)
	line("- **Asked for by:** %s, %s", cell(run.Request.By.String()), stamp(run.ProposedAt))
	for _, a := range run.Approvals {
		line("- **Approved by:** %s, %s%s", cell(a.By.String()), stamp(a.At), because(glass(a)))
	}
	if !run.StartedAt.IsZero() && !run.EndedAt.IsZero() {
		line("- **Ran:** %s to %s, %s", stamp(run.StartedAt), stamp(run.EndedAt), took(run.EndedAt.Sub(run.StartedAt)))
	}
	if w := run.Opening; w != nil {
		line("- **Window:** %s, %s to %s", cell(w.Window), stamp(w.Opens), stamp(w.Closes))
	}
	if closed := run.ClosedFor(run.EndedAt); closed > 0 {
		line("- **Edge closed for:** %s", took(closed))
	}
	writeCallers(line, run.Probe)
	if k := run.Backup(); k != nil {
		line("- **Backup:** `%s`, %s in %s, %s", k.File, humanize.Bytes(uint64(k.Bytes)), took(k.Took), readBack(*k))
	}
	writeSteps(line, run)
	if report := run.Report(); report != nil {
		writeChecks(line, "Checks afterwards", report.Checks)
	}
	writeChecks(line, "Checks before", run.Plan.Checks)
	writeRunning(line, run.Report())
	writeRoutes(line, run.Probe)
	for i, s := range run.Probe.Samples {
		if i == 0 {
			line("\n## Failed requests (the first ones)\n")
		}
		line("- %s, %s: %s", stamp(s.At), s.Route, cell(s.Error))
	}
	return b.String()
}

func title(run ops.Run) string {
	if run.Request.Maintenance != nil {
		return "Maintenance of " + run.Plan.Environment
	}
	return fmt.Sprintf("Upgrade of %s: %s → %s", run.Plan.Environment, run.Plan.From, run.Plan.Target)
}

func writeCallers(line func(string, ...any), p ops.ProbeResult) {
	if p.Requests+p.Streams+p.Closed == 0 {
		return
	}
	told := ""
	if p.Closed > 0 {
		told = fmt.Sprintf(", %d answered by the page of the closed edge", p.Closed)
	}
	line("- **Callers:** %d requests, %d failed%s, longest gap on all routes together %s; %d streams, %d cut",
		p.Requests, p.Failed, told, took(p.LongestGap), p.Streams, p.StreamsCut)
}

func writeSteps(line func(string, ...any), run ops.Run) {
	line("\n## Steps\n\n| step | state | took | |\n|---|---|---|---|")
	for _, s := range run.Steps {
		line("| %s | %s | %s | %s |", s.Name, s.State, took(s.Took()), cell(s.Result.Note+s.Error))
	}
}

func writeChecks(line func(string, ...any), title string, checks []ops.Finding) {
	if len(checks) == 0 {
		return
	}
	line("\n## %s\n\n| check | | |\n|---|---|---|", title)
	for _, f := range checks {
		line("| %s | %s | %s |", cell(f.Check), f.Level, cell(strings.TrimSuffix(f.Fact+". "+f.Advice, ". ")))
	}
}

// writeRunning tells each container that runs against the version it should have.
func writeRunning(line func(string, ...any), report *ops.Report) {
	if report == nil || len(report.Running) == 0 {
		return
	}
	line("\n## Running, expected %s\n\n| container | version | |\n|---|---|---|", report.Expected)
	for _, c := range report.Running {
		health := "healthy"
		if !c.Healthy {
			health = "not healthy"
		}
		line("| %s | %s | %s |", cell(c.Name), c.Version, health)
	}
}

func writeRoutes(line func(string, ...any), p ops.ProbeResult) {
	if len(p.Routes) == 0 {
		return
	}
	line("\n## What callers met\n\n| route | requests | failed | longest gap between two answers on this route |\n|---|---|---|---|")
	for _, r := range p.Routes {
		line("| %s | %d | %d | %s |", cell(r.Route), r.Requests, r.Failed, took(r.LongestGap))
	}
	if p.Streams > 0 {
		line("| streams held open | %d | %d cut | |", p.Streams, p.StreamsCut)
	}
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + cell(reason)
}

func glass(a ops.Approval) string {
	if a.BreakGlass {
		return "broke the glass, " + a.Reason
	}
	return a.Reason
}

func readBack(b ops.Backup) string {
	if b.VerifiedAt.IsZero() {
		return "not read back"
	}
	return "read back in " + took(b.VerifyTook)
}

// cell keeps outside text from breaking a table or a list.
func cell(s string) string {
	return strings.NewReplacer("\n", " ", "|", `\|`, "<", "&lt;").Replace(s)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }

func took(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}
