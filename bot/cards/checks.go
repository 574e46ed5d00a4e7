package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// checkLines is one line a finding, and one for the advice of each that did not
// pass. The worst come first, so that they are never among those left out.
func checkLines(findings []ops.Finding) []string {
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, func(a, b ops.Finding) int { return cmp.Compare(rank(b.Level), rank(a.Level)) })
	lines := make([]string, 0, len(sorted))
	for _, f := range sorted {
		line := fmt.Sprintf("%s *%s* %s", icon(f.Level), inline(f.Check, maxWord), inline(f.Fact, maxLine))
		if f.Advice != "" && f.Level != ops.Pass {
			line += "\n        ↳ " + inline(f.Advice, maxLine)
		}
		lines = append(lines, line)
	}
	return lines
}

// typed writes the command that an advice ends with as it is typed in Slack, for
// the checklist speaks of the command line.
func typed(findings []ops.Finding, command string) []ops.Finding {
	findings = slices.Clone(findings)
	for i, f := range findings {
		if says, ok := strings.CutSuffix(f.Advice, ": backup create"); ok {
			findings[i].Advice = says + ": " + command + " backup"
		}
		if says, version, ok := strings.Cut(f.Advice, ": rehearse "); ok {
			findings[i].Advice = says + ": " + command + " rehearse " + version
		}
	}
	return findings
}

func rank(l ops.Level) int {
	switch l {
	case ops.Pass:
		return 0
	case ops.Warn:
		return 1
	}
	return 2
}

// tally is "9 passed, 2 warnings, 1 failed".
func tally(findings []ops.Finding) string {
	var passed, warned, failed int
	for _, f := range findings {
		switch f.Level {
		case ops.Pass:
			passed++
		case ops.Warn:
			warned++
		default:
			failed++
		}
	}
	text := fmt.Sprintf("%d passed", passed)
	if warned > 0 {
		text += ", " + count(warned, "warning")
	}
	if failed > 0 {
		text += fmt.Sprintf(", %d failed", failed)
	}
	return text
}
