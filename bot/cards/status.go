package cards

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// Status is how an environment is now.
func Status(s ops.Status, command string) Card {
	pairs := [][2]string{}
	for _, service := range s.Platform.Services {
		pairs = append(pairs, [2]string{componentName(service.Component), serviceText(service)})
	}
	if s.Database != nil {
		pairs = append(pairs, [2]string{"Database", databaseText(*s.Database)},
			[2]string{"Newest verified backup", backupAge(s.Database.Backup, s.At)})
	}
	if s.Edge != nil {
		pairs = append(pairs, [2]string{"Edge", edgeText(s.Edge)})
	}
	pairs = append(pairs, [2]string{"Scheduled", scheduledText(s.Scheduled)},
		[2]string{"Open run", openText(s.Open, command)}, [2]string{"Last run", lastText(s.Last)},
		[2]string{"Lock", leaseText(s.Lease)})
	blocks := []slack.Block{header("Status of " + s.Environment)}
	for len(pairs) > 0 {
		n := min(len(pairs), maxFields)
		blocks = append(blocks, fields(pairs[:n]...))
		pairs = pairs[n:]
		if len(blocks) > 3 {
			break
		}
	}
	if len(s.Findings) > 0 {
		blocks = append(blocks, section(checkLines(typed(s.Findings, command))...))
	}
	blocks = append(blocks, footnote("Seen "+moment(s.At)))
	return Card{Text: "Status of " + inline(s.Environment, maxWord) + ": " + versionsLine(s.Platform), Blocks: blocks}
}

func componentName(c ops.Component) string {
	if c == ops.API {
		return "API"
	}
	return capital(inline(string(c), maxWord))
}

func serviceText(s ops.Service) string {
	byVersion := map[ops.Version]int{}
	var order []ops.Version
	healthy := 0
	for _, c := range s.Containers {
		if byVersion[c.Version] == 0 {
			order = append(order, c.Version)
		}
		byVersion[c.Version]++
		if c.Healthy {
			healthy++
		}
	}
	var parts []string
	for _, v := range order {
		parts = append(parts, fmt.Sprintf("%d × %s", byVersion[v], inline(v.String(), 40)))
	}
	mark := icon(ops.Pass)
	if healthy < len(s.Containers) || len(s.Containers) < s.Replicas {
		mark = icon(ops.Fail)
	}
	return fmt.Sprintf("%s %s, %d of %d healthy", mark, orDash(listed(parts, 4)), healthy, max(s.Replicas, len(s.Containers)))
}

func versionsLine(p ops.PlatformState) string {
	var parts []string
	for _, s := range p.Services {
		if len(s.Containers) > 0 {
			parts = append(parts, inline(string(s.Component), 40)+" "+inline(s.Containers[0].Version.String(), 40))
		}
	}
	return orDash(strings.Join(parts[:min(len(parts), 8)], ", "))
}

func databaseText(d ops.DatabaseState) string {
	return fmt.Sprintf("PostgreSQL %s, %s, %s applied, %s", inline(d.Server, 40), size(d.Bytes),
		count(len(d.Applied), "migration"), count(d.Sessions, "session"))
}

func backupAge(b *ops.Backup, now time.Time) string {
	if b == nil {
		return "⚠️ none"
	}
	return fmt.Sprintf("%s, %s old", size(b.Bytes), duration(now.Sub(b.At)))
}

func openText(run *ops.Run, command string) string {
	if run == nil {
		return "none"
	}
	text := fmt.Sprintf("%s %s is *%s*", code(run.ID, maxWord), subject(*run), stateName(run.State))
	if run.State == ops.Held {
		text += fmt.Sprintf("; %s or %s", code(command+" resume "+run.ID, maxLine), code(command+" abort "+run.ID, maxLine))
	}
	return text
}

// scheduledText lists the runs that wait for a window; empty without any.
func scheduledText(runs []ops.Run) string {
	var lines []string
	for _, run := range runs {
		when := ""
		if run.Opening != nil {
			when = " on " + clock(run.Opening.Opens, run.Opening.Zone)
		}
		lines = append(lines, code(run.ID, maxWord)+" "+subject(run)+when)
	}
	return listed(lines, 3)
}

func lastText(run *ops.Run) string {
	if run == nil {
		return "none"
	}
	return fmt.Sprintf("%s %s %s, %s", code(run.ID, maxWord), subject(*run), stateName(run.State), moment(run.EndedAt))
}

func leaseText(l *ops.Lease) string {
	if l == nil {
		return "free"
	}
	return fmt.Sprintf("held by %s until %s", code(l.Owner, maxWord), moment(l.Expires))
}
