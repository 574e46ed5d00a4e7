package cards

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// Verification is the report of the five checks (guide: Post-Upgrade Verification).
func Verification(environment string, r ops.Report, by ops.Actor) Card {
	verdict := "Everything checked is well"
	switch r.Level() {
	case ops.Warn:
		verdict = "Working, with warnings"
	case ops.Fail:
		verdict = "Something is wrong"
	}
	blocks := []slack.Block{
		header("Verification of " + environment),
		section(fmt.Sprintf("%s *%s*: %s", icon(r.Level()), verdict, tally(r.Checks))),
		section(checkLines(r.Checks)...),
	}
	if len(r.Running) > 0 {
		blocks = append(blocks, section(containerLines(r)...))
	}
	return Card{
		Text:   fmt.Sprintf("Verification of %s: %s", inline(environment, maxWord), tally(r.Checks)),
		Blocks: append(blocks, footnote(join("asked by "+person(by), moment(r.At)))),
	}
}

func containerLines(r ops.Report) []string {
	lines := []string{"*Running*"}
	for _, c := range r.Running {
		mark := icon(ops.Pass)
		if !c.Healthy || (!r.Expected.IsZero() && c.Version != r.Expected) {
			mark = icon(ops.Fail)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", mark, inline(c.Name, maxWord), inline(c.Version.String(), 40)))
	}
	return lines
}

// BackingUp is the card of a backup that is being taken.
func BackingUp(environment string, p ops.Progress, by ops.Actor) Card {
	note := inline(p.Note, maxLine)
	return Card{
		Text: fmt.Sprintf("Backup of %s: %d %%", inline(environment, maxWord), int(min(max(p.Fraction, 0), 1)*100)),
		Blocks: []slack.Block{
			header("Backup of " + environment), section(bar(p.Fraction), orDash(note)), footnote("asked by " + person(by)),
		},
	}
}

// BackedUp is the card of a backup that was taken and read back.
func BackedUp(environment string, b ops.Backup, by ops.Actor) Card {
	return Card{
		Text: fmt.Sprintf("Backup of %s: %s", inline(environment, maxWord), backupField(&b)),
		Blocks: []slack.Block{
			header("Backup of " + environment),
			section("✅ *Taken and read back*"),
			fields(
				[2]string{"Size", fmt.Sprintf("%s, %s of data", size(b.Bytes), size(b.RawBytes))},
				[2]string{"Took", fmt.Sprintf("%s, read back in %s", duration(b.Took), duration(b.VerifyTook))},
				[2]string{"File", code(b.File, maxLine)},
				[2]string{"SHA-256", code(b.SHA256, maxWord)},
			),
			footnote(join("asked by "+person(by), count(b.Entries, "table")+" read back", moment(b.At))),
		},
	}
}

// Backups lists the backups of an environment.
func Backups(environment string, backups []ops.Backup) Card {
	if len(backups) == 0 {
		return Plain("There is no backup of " + inline(environment, maxWord) + " yet.")
	}
	lines := make([]string, 0, len(backups))
	for _, b := range backups {
		mark := icon(ops.Pass)
		if b.VerifiedAt.IsZero() {
			mark = icon(ops.Warn)
		}
		lines = append(lines, fmt.Sprintf("%s %s · %s · %s", mark, moment(b.At), backupField(&b), code(b.File, 160)))
	}
	return Card{
		Text:   fmt.Sprintf("Backups of %s: %d", inline(environment, maxWord), len(backups)),
		Blocks: []slack.Block{header("Backups of " + environment), section(lines...)},
	}
}

// Unlocked names who held the lock that was broken.
func Unlocked(lease ops.Lease, by ops.Actor, reason string) Card {
	line := fmt.Sprintf("🔓 %s broke the lock of *%s*, which was held by %s until %s. The run is taken up again.",
		person(by), inline(lease.Environment, maxWord), code(lease.Owner, maxWord), moment(lease.Expires))
	if reason != "" {
		line += " Reason: " + inline(reason, maxLine)
	}
	return Plain(line)
}
