package cards

import (
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// proposed is the plan card: what people decide on.
func proposed(v View) Card {
	p := v.Run.Plan
	facts := append(planFields(p), openingFields(v.Run)...)
	blocks := []slack.Block{
		header(title(v.Run)),
		fields(append(facts, [2]string{"Approval", approvalText(v)})...),
	}
	decide := []slack.BlockElement{approveButton(v.Run)}
	if p.Strategy == ops.Window {
		blocks = append(blocks, section(procedureLines(p)...))
	}
	if ChoosesOpening(v.Run) {
		decide = scheduleButtons(v)
		blocks = append(blocks, section(nextOpening(v)))
	}
	blocks = append(blocks, section(checkLines(typed(p.Checks, v.Command))...),
		actions(append(decide, rejectButton(v.Run), detailsButton(v.Run))...), footer(v))
	return Card{
		Text:   fmt.Sprintf("%s: %s asks for approval (%s)", safeTitle(v.Run), inline(v.Run.Request.By.String(), maxWord), v.Run.ID),
		Blocks: blocks,
	}
}

// Plan is the answer to "plan": the same facts without anything to click.
func Plan(p ops.Plan, command string) Card {
	verdict := "To do it: " + code(again(p, command), maxLine)
	if ops.Worst(p.Checks) == ops.Fail {
		verdict = "As long as a check fails, this upgrade is refused."
	}
	return Card{
		Text: fmt.Sprintf("Plan for %s: %s → %s, %s", inline(p.Environment, maxWord), p.From, p.Target, tally(p.Checks)),
		Blocks: slices.Concat([]slack.Block{
			header(fmt.Sprintf("Plan: %s %s → %s", p.Environment, p.From, p.Target)),
			fields(planFields(p)...),
			section(checkLines(typed(p.Checks, command))...),
		}, migrationBlocks(p), []slack.Block{
			section(planStepLines(p)...),
			footnote(verdict),
		}),
	}
}

func planFields(p ops.Plan) [][2]string {
	return append([][2]string{
		{"From → to", fmt.Sprintf("%s → %s", p.From, p.Target)},
		{"Strategy", inline(string(p.Strategy), maxWord) + ": " + inline(p.Why, maxLine)},
		{"Estimate", fmt.Sprintf("%s, %s", about(p.Estimate()), count(len(p.Steps), "step"))},
		{"Pending migrations", migrationsText(p.Facts.Pending)},
	}, closedFields(p)...)
}

// again is the command that asks for what a plan does.
func again(p ops.Plan, command string) string {
	text := fmt.Sprintf("%s upgrade %s --env %s", command, p.Target, p.Environment)
	if p.Strategy == ops.Window {
		text += " --window " + ops.NextWindow
	}
	return text
}

func migrationsText(pending []ops.Migration) string {
	if len(pending) == 0 {
		return "none"
	}
	var names []string
	for _, m := range pending {
		names = append(names, fmt.Sprintf("%04d %s", m.Version, inline(m.Description, 60)))
	}
	return fmt.Sprintf("%d: %s", len(pending), listed(names, 4))
}

// approvalText tells who may approve, how many are missing, and until when.
func approvalText(v View) string {
	ttl := v.Policy.ApprovalTTL
	if ttl == 0 {
		ttl = ops.DefaultApprovalTTL
	}
	who := people(v.Policy.Approve)
	if who == "" {
		who = "nobody in Slack"
	}
	until := v.Run.ProposedAt.Add(ttl)
	if v.Run.Opening != nil && (v.Run.Request.Replaces != "" || v.Run.Request.By == ops.Ktops()) {
		until = v.Run.LatestStart() // what ktops asks for itself waits as long as the opening can be used
	}
	return fmt.Sprintf("%d of %d, by %s, until %s", len(v.Run.Approvals), needed(v), who, moment(until))
}

// needed is how many people must approve a run.
func needed(v View) int {
	return max(v.Policy.Needed(v.Run.Request), 1)
}

func planStepLines(p ops.Plan) []string {
	lines := []string{fmt.Sprintf("*%s, %s*", count(len(p.Steps), "step"), about(p.Estimate()))}
	for i, s := range p.Steps {
		note := ""
		if s.Migrates {
			note = " – applies the migrations; from here on the previous API cannot start"
		}
		lines = append(lines, fmt.Sprintf("%d. %s (%s)%s", i+1, inline(s.Name, maxWord), about(max(s.Estimate, time.Second)), note))
	}
	return lines
}
