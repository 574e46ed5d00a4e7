package bot_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/bot"
	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

var environments = []string{"production", "staging"}

func v(major, minor, patch uint64) ops.Version {
	return ops.Version{Major: major, Minor: minor, Patch: patch}
}

func TestParse_IsForgiving(t *testing.T) {
	to250 := bot.Command{Verb: "upgrade", Version: v(2, 5, 0)}
	line25 := bot.Command{Verb: "upgrade", Version: v(2, 5, 0), Line: true}
	inProd, lineProd := to250, line25
	inProd.Environment, lineProd.Environment = "production", "production"
	urgent := to250
	urgent.Urgent, urgent.Reason = true, "CVE-2026-1234 is exploited"
	urgentStaging := urgent
	urgentStaging.Environment = "staging"
	tests := []struct {
		text string
		want bot.Command
	}{
		{"", bot.Command{Verb: "help"}},
		{"   ", bot.Command{Verb: "help"}},
		{"?", bot.Command{Verb: "help"}},
		{"help upgrade", bot.Command{Verb: "help"}},
		{"upgrade 2.5.0", to250},
		{"upgrade v2.5.0", to250},
		{"UPGRADE V2.5.0", to250},
		{"  upgrade \t 2.5.0 ", to250},
		{"upgrade to 2.5.0, please", to250},
		{"update 2.5.0", to250},
		{"upgrade “2.5.0”", to250},
		{"upgrade `2.5.0`", to250},
		{"*upgrade* 2.5.0", to250},
		{"upgrade <http://2.5.0|2.5.0>", to250},
		{"upgrade from 2.4.3 to 2.5.0", to250},
		{"2.5.0 upgrade", to250},
		{"upgrade 2.5", line25},
		{"upgrade 2.5.x", line25},
		{"upgrade to 2.5.0 in production", inProd},
		{"production upgrade 2.5", lineProd},
		{"PRODUCTION upgrade 2.5", lineProd},
		{"upgrade \"production\" 2.5.0", inProd},
		{"upgrade 2.5.0 --env production", inProd},
		{"upgrade 2.5.0 —env=production", inProd},
		{"upgrade --environment Production 2.5.0", inProd},
		{"upgrade 2.5.0 --urgent CVE-2026-1234 is exploited", urgent},
		{"upgrade 2.5.0 urgent: CVE-2026-1234 is exploited", urgent},
		{"upgrade 2.5.0 --urgent “CVE-2026-1234 is exploited”", urgent},
		{"upgrade 2.5.0 --urgent CVE-2026-1234 is exploited --env staging", urgentStaging},
		{"upgrade 2.5.0 --urgent=\"CVE-2026-1234 is exploited\" --env staging", urgentStaging},
		{"upgrade 2.5.0 --strategy rolling", bot.Command{Verb: "upgrade", Version: v(2, 5, 0), Strategy: ops.Rolling}},
		{"upgrade 2.5.0 window", bot.Command{Verb: "upgrade", Version: v(2, 5, 0), Strategy: ops.Window}},
		{"plan 3.0.0-rc.1", bot.Command{Verb: "plan", Version: ops.Version{Major: 3, Pre: "rc.1"}}},
		{"status staging", bot.Command{Verb: "status", Environment: "staging"}},
		{"check production", bot.Command{Verb: "verify", Environment: "production"}},
		{"backup list", bot.Command{Verb: "backup", List: true}},
		{"history 3 of staging", bot.Command{Verb: "history", Environment: "staging", Limit: 3}},
		{"history R-ABC234", bot.Command{Verb: "history", Run: "r-abc234"}},
		{"approve r-abc234", bot.Command{Verb: "approve", Run: "r-abc234"}},
		{"approve", bot.Command{Verb: "approve"}},
		{"approve r-abc234 --break-glass nobody else is awake", bot.Command{Verb: "approve", Run: "r-abc234", BreakGlass: true, Reason: "nobody else is awake"}},
		{"reject r-abc234 not on a Friday -- ask again", bot.Command{Verb: "reject", Run: "r-abc234", Reason: "not on a Friday -- ask again"}},
		{"reject because <@U0BOB|bob> said &lt;no&gt;", bot.Command{Verb: "reject", Reason: "bob said <no>"}},
		{"pause", bot.Command{Verb: "hold"}},
		{"abort r-abc234 the disk is full", bot.Command{Verb: "abort", Run: "r-abc234", Reason: "the disk is full"}},
		{"hold the run in production", bot.Command{Verb: "hold", Environment: "production"}},
		{"unlock production the runner died", bot.Command{Verb: "unlock", Environment: "production", Reason: "the runner died"}},
	}
	for _, test := range tests {
		t.Run("say "+test.text, func(t *testing.T) {
			got, mistake := bot.Parse(test.text, environments)
			if mistake != nil {
				t.Fatalf("not understood: %+v", mistake)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParse_AMistakeAnswersWithWhatToType(t *testing.T) {
	tests := []struct{ text, what, try string }{
		{"upgarde 2.5.0", "upgarde", "upgrade"},
		{"statsu", "statsu", "status"},
		{"xyzzy", "xyzzy", "help"},
		{"rollback", "no rollback", "abort"},
		{"upgrade", "which version?", "upgrade 2.5.0"},
		{"upgrade latest", "latest", "upgrade 2.5.0"},
		{"upgrade 2.5.0 prodution", "prodution", "upgrade 2.5.0 --env production"},
		{"upgrade 2.5.0 --env prod", "prod", "upgrade 2.5.0"},
		{"upgrade 2.5.0 2.6.0", "which version: 2.5.0 or 2.6.0?", "upgrade 2.6.0"},
		{"upgrade 2.5.0 --strategy sideways", "sideways", "upgrade 2.5.0 --strategy rolling"},
		{"upgrade 2.5.0 --urgnt now", "--urgnt", "upgrade … --urgent"},
		{"upgrade 2.5.0 --urgent", "needs a reason", "upgrade 2.5.0 --urgent CVE-2026-1234 is being exploited"},
		{"reject r-abc234", "needs a reason", "reject r-abc234 not before the release notes are out"},
		{"2.5.0", "what shall I do with 2.5.0?", "upgrade 2.5.0"},
		{"production", "what shall I do?", "status production"},
		{"r-abc234", "what shall I do with r-abc234?", "approve r-abc234"},
		{"history r-1", "is not a run", "history"},
	}
	for _, test := range tests {
		t.Run("say "+test.text, func(t *testing.T) {
			got, mistake := bot.Parse(test.text, environments)
			if mistake == nil {
				t.Fatalf("understood as %+v", got)
			}
			if !strings.Contains(mistake.What, test.what) || !slices.Contains(mistake.Try, test.try) {
				t.Errorf("%q, try %q; want %q, try %q", mistake.What, mistake.Try, test.what, test.try)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"upgrade 2.5.0", "production upgrade 2.5", "upgrade 2.5.0 --urgent=\"a b\" --env staging",
		"reject r-abc234 “no”", "--", "\"", "<http://x|", "upgrade —", "history 99999999999999999999", "\xff --env"} {
		f.Add(seed)
	}
	known := []string{"help"}
	for _, verb := range cards.Verbs() {
		known = append(known, verb.Name)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cmd, mistake := bot.Parse(text, environments)
		switch {
		case mistake != nil:
			if strings.TrimSpace(mistake.What) == "" || !utf8.ValidString(mistake.What) {
				t.Errorf("%q: a mistake that says nothing, or nothing readable: %+v", text, mistake)
			}
		case !slices.Contains(known, cmd.Verb):
			t.Errorf("%q: verb %q", text, cmd.Verb)
		case cmd.Environment != "" && !slices.Contains(environments, cmd.Environment):
			t.Errorf("%q: environment %q", text, cmd.Environment)
		case (cmd.Verb == "upgrade" || cmd.Verb == "plan") && cmd.Version.IsZero():
			t.Errorf("%q: no version", text)
		}
	})
}
