package stage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/ops"
)

// cardLimit bounds the wait for a plan card.
const cardLimit = time.Minute

// Ask types an upgrade into the channel as a user and returns the plan card. The
// target may have more behind it, such as --window next.
func (s *Stage) Ask(ctx context.Context, user, target string) (slackemu.Message, error) {
	version, _, _ := strings.Cut(target, " ")
	return s.card(ctx, func(ctx context.Context) error {
		_, err := s.Workspace.Type(ctx, user, Channel, "/keeptrusts upgrade "+target)
		return err
	}, func(m slackemu.Message) bool {
		return m.VisibleTo == "" && m.Contains(version) && hasButton(m, "Approve")
	})
}

// Advice types /keeptrusts rollback as a user and returns the card that tells the ways back.
func (s *Stage) Advice(ctx context.Context, user string) (slackemu.Message, error) {
	return s.card(ctx, func(ctx context.Context) error {
		_, err := s.Workspace.Type(ctx, user, Channel, "/keeptrusts rollback")
		return err
	}, func(m slackemu.Message) bool { return len(m.Buttons()) > 0 && !hasButton(m, "Approve") })
}

// ClickForCard clicks a button as a user and returns the plan card that follows.
func (s *Stage) ClickForCard(ctx context.Context, user string, m slackemu.Message, button string) (slackemu.Message, error) {
	return s.card(ctx, func(ctx context.Context) error {
		_, err := s.Workspace.Click(ctx, user, m, button)
		return err
	}, func(m slackemu.Message) bool { return hasButton(m, "Approve") })
}

// card does something and returns the next card that fits.
func (s *Stage) card(ctx context.Context, do func(context.Context) error, fits func(slackemu.Message) bool) (slackemu.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, cardLimit)
	defer cancel()
	before := map[string]bool{} // a card of an earlier run may take a moment to show its end
	for _, m := range s.Workspace.Messages(Channel) {
		before[m.TS] = true
	}
	if err := do(ctx); err != nil {
		return slackemu.Message{}, err
	}
	card, err := s.Workspace.WaitMessage(ctx, Channel, func(m slackemu.Message) bool { return m.FromApp() && !before[m.TS] && fits(m) })
	if err != nil {
		return card, fmt.Errorf("wait for the card: %w\n%s\n%s", err, s.Workspace.Transcript(Channel), s.Daemon.LastWords())
	}
	return card, nil
}

func hasButton(m slackemu.Message, label string) bool {
	return slices.ContainsFunc(m.Buttons(), func(b slackemu.Element) bool { return b.Text != nil && b.Text.Text == label })
}

// Newest is the newest run, as the command line tells it; the zero Run when
// there is none.
func (s *Stage) Newest(ctx context.Context) (ops.Run, error) {
	out, bad, code, err := s.Ktops(ctx, "history", "--json")
	if err != nil || code != 0 {
		return ops.Run{}, fmt.Errorf("ktops history --json: exit code %d: %s (%w)", code, bad, err)
	}
	var runs []ops.Run
	if err := json.Unmarshal([]byte(out), &runs); err != nil {
		return ops.Run{}, fmt.Errorf("read ktops history --json: %w", err)
	}
	if len(runs) == 0 {
		return ops.Run{}, nil
	}
	return runs[0], nil
}

// WaitRun looks at the newest run until it fits. While the daemon is down it
// waits as well.
func (s *Stage) WaitRun(ctx context.Context, fits func(ops.Run) bool) (ops.Run, error) {
	tick := time.NewTicker(300 * time.Millisecond)
	defer tick.Stop()
	for {
		run, err := s.Newest(ctx)
		if err == nil && fits(run) {
			return run, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return run, fmt.Errorf("run %s is %s (%s), %w: %w\n%s", run.ID, run.State, run.Reason, ctx.Err(), err, s.Daemon.LastWords())
		}
	}
}

// Settled reports whether a run has ended, or is held and waits for a person.
func Settled(run ops.Run) bool {
	return run.ID != "" && (run.State == ops.Held || !run.State.Open())
}
