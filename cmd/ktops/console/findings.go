package console

import (
	"slices"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// Findings lists checks with what to do about those that did not pass.
func Findings(s Style, findings []ops.Finding) string {
	rows := make([][]string, 0, len(findings))
	for _, f := range findings {
		rows = append(rows, []string{s.levelMark(f.Level), f.Check, f.Fact})
		if f.Level != ops.Pass && f.Advice != "" {
			rows = append(rows, []string{"", "", s.paint(dim, "→ "+f.Advice)})
		}
	}
	return table("  ", rows)
}

// Refusal is a no, the checks behind it and what to do instead.
func Refusal(s Style, r *ops.Refusal) string {
	var b strings.Builder
	b.WriteString(s.paint(red, "Refused: ") + r.Why + ".\n")
	b.WriteString(Findings(s, r.Findings))
	if len(r.Try) > 0 {
		try := make([]string, len(r.Try))
		for i, t := range r.Try {
			try[i] = typed(t)
		}
		b.WriteString("Try: " + strings.Join(try, between(r.Try)) + "\n")
	}
	return b.String()
}

// between joins what can be typed: upgrades are stops on a way, one after the
// other; anything else is a choice.
func between(try []string) string {
	for _, t := range try {
		if !strings.HasPrefix(t, "upgrade ") {
			return ", or "
		}
	}
	return "; then "
}

// typed puts ktops before what is a command, such as upgrade 2.4.3, and leaves
// sentences such as “approve again with a reason” alone.
func typed(try string) string {
	word, rest, _ := strings.Cut(try, " ")
	commands := []string{"abort", "approve", "backup", "history", "plan", "reject", "resume", "rollback", "status", "unlock", "upgrade", "verify"}
	if !slices.Contains(commands, word) {
		return try
	}
	if rest == "" || strings.HasPrefix(rest, "r-") || strings.ContainsAny(rest[:1], "0123456789") || word == "backup" {
		return "ktops " + try
	}
	return try
}

// Warnings tells doubtful things that stop nothing.
func Warnings(s Style, warnings []string) string {
	var b strings.Builder
	for _, w := range warnings {
		b.WriteString(s.paint(yellow, "Warning: ") + w + "\n")
	}
	return b.String()
}
