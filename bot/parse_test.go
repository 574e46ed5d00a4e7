package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"
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
		{"rollback", bot.Command{Verb: "rollback"}},
		{"roll back r-abc234 in production", bot.Command{Verb: "rollback", Run: "r-abc234", Environment: "production"}},
		{"undo the run r-abc234 because 5 % errors", bot.Command{Verb: "rollback", Run: "r-abc234", Reason: "5 % errors"}},
		{"rehearse 2.5.0 in production", bot.Command{Verb: "rehearse", Version: v(2, 5, 0), Environment: "production"}},
		{"rehearsal of v2.5", bot.Command{Verb: "rehearse", Version: v(2, 5, 0), Line: true}},
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
		{"upgrade 3.0.0 --window next", bot.Command{Verb: "upgrade", Version: v(3, 0, 0), Window: "next"}},
		{"upgrade 3.0.0 --window=Weekly in production", bot.Command{Verb: "upgrade", Version: v(3, 0, 0), Window: "Weekly", Environment: "production"}},
		{"upgrade 3.0.0 in the next window", bot.Command{Verb: "upgrade", Version: v(3, 0, 0), Window: "next"}},
		{"approve r-abc234 --window NEXT", bot.Command{Verb: "approve", Run: "r-abc234", Window: "next"}},
		{"windows", bot.Command{Verb: "windows"}},
		{"windows next", bot.Command{Verb: "windows", Action: "next"}},
		{"window list production", bot.Command{Verb: "windows", Action: "list", Environment: "production"}},
		{"windows show Weekly", bot.Command{Verb: "windows", Action: "show", Window: "Weekly"}},
		{"windows history 3", bot.Command{Verb: "windows", Action: "history", Limit: 3}},
		{"windows skip weekly the release is late", bot.Command{Verb: "windows", Action: "skip", Window: "weekly", Reason: "the release is late"}},
		{"windows skip weekly in production because of the fair", bot.Command{Verb: "windows", Action: "skip", Window: "weekly", Environment: "production", Reason: "of the fair"}},
		{"windows run now weekly", bot.Command{Verb: "windows", Action: "run-now", Window: "weekly"}},
		{"windows run-now weekly", bot.Command{Verb: "windows", Action: "run-now", Window: "weekly"}},
		{"freeze 2026-12-24 Christmas", bot.Command{Verb: "freeze", Until: "2026-12-24", Reason: "Christmas"}},
		{"freeze production until 2026-12-24T18:00 for Christmas", bot.Command{Verb: "freeze", Environment: "production", Until: "2026-12-24T18:00", Reason: "for Christmas"}},
		{"freeze until 2026-12-24 18:00 Christmas", bot.Command{Verb: "freeze", Until: "2026-12-24T18:00", Reason: "Christmas"}},
		{"freeze 3d the auditors are here", bot.Command{Verb: "freeze", Until: "3d", Reason: "the auditors are here"}},
		{"freeze for 3 days the auditors", bot.Command{Verb: "freeze", Until: "3days", Reason: "the auditors"}},
		{"freezes staging", bot.Command{Verb: "freezes", Environment: "staging"}},
		{"unfreeze f-Abc production", bot.Command{Verb: "unfreeze", ID: "f-Abc", Environment: "production"}},
		{"maintenance on", bot.Command{Verb: "maintenance", Action: "on"}},
		{"maintenance on 45m new disk", bot.Command{Verb: "maintenance", Action: "on", For: 45 * time.Minute, Reason: "new disk"}},
		{"maintenance on for 2 hours in production new disk", bot.Command{Verb: "maintenance", Action: "on", For: 2 * time.Hour, Environment: "production", Reason: "new disk"}},
		{"maintenance on 1h30m", bot.Command{Verb: "maintenance", Action: "on", For: 90 * time.Minute}},
		{"maintenance on 2nd disk", bot.Command{Verb: "maintenance", Action: "on", Reason: "2nd disk"}},
		{"maintenance on 45m 2 disks", bot.Command{Verb: "maintenance", Action: "on", For: 45 * time.Minute, Reason: "2 disks"}},
		{"maintenance off 2 disks are in", bot.Command{Verb: "maintenance", Action: "off", Reason: "2 disks are in"}},
		{"freeze 2026-1-2 early", bot.Command{Verb: "freeze", Until: "2026-1-2", Reason: "early"}},
		{"freeze 2026-12-24T18:00Z early", bot.Command{Verb: "freeze", Until: "2026-12-24T18:00Z", Reason: "early"}},
		{"freeze until 2026-12-24 8:00 early", bot.Command{Verb: "freeze", Until: "2026-12-24T8:00", Reason: "early"}},
		{"maintenance off the disk is in", bot.Command{Verb: "maintenance", Action: "off", Reason: "the disk is in"}},
		{"maintenance status", bot.Command{Verb: "maintenance", Action: "status"}},
		{"maintenance", bot.Command{Verb: "maintenance"}},
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
		{"rolback", "rolback", "rollback"},
		{"rehearsse 2.5.0", "rehearsse", "rehearse"},
		{"rehearse", "which version?", "rehearse 2.5.0"},
		{"rehearse 2.5.0 --urgent now", "cannot be urgent", "rehearse 2.5.0"},
		{"rollback to 2.4.3", "takes no version", "rollback"},
		{"rollback r-xyz", "not a run", "history"},
		{"backup restore nightly.dump", "not done in chat", "backup list"},
		{"backup prune", "not done in chat", "backup list"},
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
		{"upgrade 3.0.0 --window", "which window?", "upgrade 3.0.0 --window next"},
		{"upgrade 3.0.0 --window --urgent x", "which window?", "upgrade 3.0.0 --window next"},
		{"hold --window next", "belongs to upgrade", "upgrade 2.5.0 --window next"},
		{"windwos", "windwos", "windows"},
		{"windows lst", "lst", "windows list"},
		{"windows backups-at-night", "after windows", "windows show backups-at-night"},
		{"windows skip", "which window?", "windows list"},
		{"windows skip weekly", "needs a reason", "windows skip weekly the release is late"},
		{"windows show", "which window?", "windows list"},
		{"freeze", "until when?", "freeze 3d REASON"},
		{"freeze tomorrow Christmas", "tomorrow", "freeze 2026-12-24 REASON"},
		{"freeze 2026-13-41 Christmas", "neither a date", "freeze 2026-12-24T18:00 REASON"},
		{"freeze 3d", "needs a reason", "freeze 3d end of the quarter"},
		{"unfreeze", "which freeze?", "freezes"},
		{"maintenance on 25h", "up to 24 hours", "maintenance on 24h REASON"},
		{"maintenance on 0m", "for how long?", "maintenance on 30m REASON"},
		{"maintenance on 30", "for how long?", "maintenance on 30m REASON"},
		{"maintenance on -5m quick", "for how long?", "maintenance on 30m REASON"},
		{"maintenance on for 90s quick", "for how long?", "maintenance on 30m REASON"},
		{"maintenance on 99999999h", "for how long?", "maintenance on 30m REASON"},
		{"freeze 0d Christmas", "neither a date", "freeze 3d REASON"},
		{"freeze 2026-02-29 leap", "neither a date", "freeze 3d REASON"},
		{"maintenance 30m", "on or off?", "maintenance on 30m"},
		{"maintenance please now", "after maintenance", "maintenance status"},
		{"maintenanse", "maintenanse", "maintenance"},
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
		"reject r-abc234 “no”", "--", "\"", "<http://x|", "upgrade —", "history 99999999999999999999", "\xff --env",
		"upgrade 3.0.0 --window next", "windows skip weekly “late”", "windows run now", "freeze 2026-12-24 18:00 x", "freeze 9999 weeks x", "freeze 2026-12-24t",
		"unfreeze f-1 in production", "maintenance on for 30 minutes now", "maintenance on 99999999h", "maintenance off --reason", "--window="} {
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
		case cmd.For < 0 || cmd.For > ops.LongestMaintenance:
			t.Errorf("%q: closed for %v", text, cmd.For)
		case cmd.Verb == "freeze" && (cmd.Until == "" || cmd.Reason == ""):
			t.Errorf("%q: a freeze without end or reason: %+v", text, cmd)
		}
	})
}
