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
	switch {
	case slices.Contains(calendarWords(), word):
		return "ktops " + asFlags(try)
	case !slices.Contains(commandWords(), word):
		return try
	case rest == "" || strings.HasPrefix(rest, "r-") || strings.ContainsAny(rest[:1], "0123456789") || word == "backup":
		return "ktops " + try
	}
	return try
}

func commandWords() []string {
	return []string{"abort", "approve", "backup", "history", "plan", "reject", "resume", "rollback", "status", "unlock", "upgrade", "verify"}
}

func calendarWords() []string {
	return []string{"windows", "freeze", "freezes", "unfreeze", "maintenance"}
}

// asFlags writes a command about windows as it is typed here: in chat a reason is the
// rest of the line, and freezes have verbs of their own.
func asFlags(try string) string {
	if rest, ok := strings.CutSuffix(try, " REASON"); ok {
		try = rest + " --reason REASON"
	}
	for chat, here := range map[string]string{"freeze ": "freeze add ", "unfreeze ": "freeze remove "} {
		if rest, ok := strings.CutPrefix(try, chat); ok {
			return here + rest
		}
	}
	if try == "freezes" {
		return "freeze list"
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
