package cards

import (
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

// Callbacks of the modals; the private metadata of each is the run's ID.
const (
	CallbackReject        = "modal.reject"
	CallbackBreakGlass    = "modal.break-glass"
	CallbackDetails       = "modal.details"
	CallbackSchedule      = "modal.schedule"
	CallbackScheduleGlass = "modal.schedule-glass"
)

// ReasonBlock and ReasonAction name the one input of the modals that ask why.
const (
	ReasonBlock  = "reason"
	ReasonAction = "text"
)

// RejectModal asks why a plan is rejected.
func RejectModal(run ops.Run) slack.ModalViewRequest {
	return reasonModal(run, CallbackReject, "Reject this "+noun(run), "Reject",
		fmt.Sprintf("*%s* will not be run. Who asked for it is told why.", safeTitle(run)))
}

// BreakGlassModal asks why somebody approves their own request.
func BreakGlassModal(run ops.Run) slack.ModalViewRequest {
	return reasonModal(run, CallbackBreakGlass, "Break the glass", "Approve it myself",
		fmt.Sprintf("You asked for *%s* yourself. Approving it alone is for emergencies: your name and reason are announced in the channel and kept.", safeTitle(run)))
}

func reasonModal(run ops.Run, callback, title, submit, text string) slack.ModalViewRequest {
	input := slack.NewPlainTextInputBlockElement(plainText("In one or two sentences", 150), ReasonAction).
		WithMultiline(true).WithMinLength(3).WithMaxLength(1000)
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, PrivateMetadata: run.ID,
		Title: plainText(title, maxTitle), Submit: plainText(submit, maxTitle), Close: plainText("Cancel", maxTitle),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			section(text),
			slack.NewInputBlock(ReasonBlock, plainText("Reason", 2000), nil, input),
		}},
	}
}

// DetailsModal shows every step, what is known of each, and the digest.
func DetailsModal(run ops.Run) slack.ModalViewRequest {
	lines := planStepLines(run.Plan)
	if run.State != ops.Proposed {
		lines = stepLines(run)
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: CallbackDetails, PrivateMetadata: run.ID,
		Title: plainText("Details", maxTitle), Close: plainText("Close", maxTitle),
		Blocks: slack.Blocks{BlockSet: slices.Concat([]slack.Block{
			header(title(run)),
			section(lines...),
		}, migrationBlocks(run.Plan), []slack.Block{
			section(factLines(run.Plan.Facts)...),
			footnote("Approving means exactly this plan: digest " + code(run.Plan.Digest, maxDigest)),
		})},
	}
}

func factLines(f ops.Facts) []string {
	lines := []string{"*Facts that void the plan when they change*"}
	for _, r := range f.Running {
		lines = append(lines, fmt.Sprintf("• %s: %d × %s (%s)", inline(string(r.Component), maxWord), r.Containers, inline(r.Version.String(), 40), code(r.ImageID, maxDigest)))
	}
	for _, i := range f.Images {
		lines = append(lines, fmt.Sprintf("• image %s %s", inline(i.Ref, maxLine), code(i.ID, maxDigest)))
	}
	lines = append(lines, fmt.Sprintf("• database at migration %d, %d applied", f.LastSchema, f.Applied))
	for _, m := range f.Pending {
		lines = append(lines, fmt.Sprintf("• pending %04d %s", m.Version, inline(m.Description, maxLine)))
	}
	return lines
}
