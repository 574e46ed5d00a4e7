package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/internal/stage"
	"github.com/keeptrusts/ktops/ops"
)

// The versions of the story: a patch without migrations, and a minor version whose
// migrations the previous API does not start on.
const (
	regretFrom  = "2.4.3"
	regretPatch = "2.4.4"
	regretMinor = "2.5.0"
)

// regretAfter is how long users work with a version before it is regretted.
const regretAfter = 10 * time.Second

// rollback upgrades and goes back twice under load: from a patch by images alone, and
// from a minor version with the database. Then it does the guide's restore on the
// same data.
func rollback(ctx context.Context, rate int, bytes int64, log *logrus.Entry) (err error) {
	fmt.Printf("Bringing up the platform at %s with %.1f GB of data …\n", regretFrom, float64(bytes)/1e9)
	st, err := stage.Up(ctx, stage.Options{
		World:    harness.Options{DataBytes: bytes, Version: regretFrom, Versions: []string{regretFrom, regretPatch, regretMinor}, Log: log},
		WindowIn: 3 * time.Hour, // opened by hand
		Slack:    slackemu.Options{RateFactor: 100},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Down(ctx)) }()
	r := rollbackReport{Data: bytes}
	if err := (regret{story{stage: st, rate: rate}, &r}).tell(ctx); err != nil {
		return err
	}
	fmt.Printf("\nThe conversation in #%s\n%s\n", stage.Channel, indent(st.Workspace.Transcript(stage.Channel)))
	fmt.Println("\nThe guide's restore of a dump of the same data …")
	if r.GuideRestore, err = guideRestore(ctx, st.World); err != nil {
		return err
	}
	r.compared()
	r.print()
	return errors.Join(write(".demo/rollback.json", r), r.proof())
}

// regret is the story of two upgrades that were taken back.
type regret struct {
	story
	report *rollbackReport
}

func (s regret) tell(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 4*runLimit)
	defer cancel()
	load := harness.StartLoad(ctx, s.stage.World.Platform.Edge(), harness.LoadOptions{Rate: s.rate})
	defer load.Stop()
	if _, err := s.approveAndFollow(ctx, regretPatch); err != nil {
		return err
	}
	run, approved, err := s.regret(ctx, "Images", "bob")
	if err != nil {
		return err
	}
	s.report.byImages(run, approved, load.Stop())

	load = harness.StartLoad(ctx, s.stage.World.Platform.Edge(), harness.LoadOptions{Rate: s.rate})
	defer load.Stop()
	if err := s.inWindow(ctx); err != nil {
		return err
	}
	if err := wait(ctx, regretAfter); err != nil {
		return err
	}
	run, approved, err = s.regret(ctx, "Database", "bob", "carol")
	if err != nil {
		return err
	}
	s.report.byDatabase(run, approved, load.Stop())
	s.report.LostActual, err = lostRows(ctx, s.stage.World, s.report.Kept)
	return err
}

// inWindow upgrades in a window, opened by hand, so that a snapshot is taken.
func (s regret) inWindow(ctx context.Context) error {
	fmt.Printf("\nAlice types /keeptrusts upgrade %s --strategy window --window next\n", regretMinor)
	card, err := s.stage.Ask(ctx, "alice", regretMinor+" --strategy window --window next")
	if err != nil {
		return err
	}
	if _, err := s.stage.Workspace.Click(ctx, "bob", card, "Approve"); err != nil {
		return err
	}
	if _, err := s.stage.WaitRun(ctx, func(run ops.Run) bool { return run.State == ops.Scheduled || stage.Settled(run) }); err != nil {
		return err
	}
	fmt.Println("Bob opens the window at once")
	if _, bad, code, err := s.stage.Ktops(ctx, "windows", "run-now", "night", "--reason", "demo", "--yes"); err != nil || code != 0 {
		return fmt.Errorf("ktops windows run-now: exit code %d: %s (%w)", code, bad, err)
	}
	run, err := s.follow(ctx)
	if err == nil && run.State != ops.Succeeded {
		err = fmt.Errorf("the upgrade to %s %s: %s", regretMinor, run.State, run.Reason)
	}
	return err
}

// regret asks for advice as Alice, chooses the way whose button begins so, has it
// approved, and follows the run. It returns the time of the last approval.
func (s regret) regret(ctx context.Context, way string, approvers ...string) (ops.Run, time.Time, error) {
	fmt.Println("\nAlice types /keeptrusts rollback")
	before, err := s.stage.Newest(ctx)
	if err != nil {
		return before, time.Time{}, err
	}
	advice, err := s.stage.Advice(ctx, "alice")
	if err != nil {
		return before, time.Time{}, err
	}
	fmt.Println(indent(advice.Plain()))
	button, err := beginning(advice, way)
	if err != nil {
		return before, time.Time{}, err
	}
	fmt.Printf("Alice clicks “%s”\n", button)
	card, err := s.stage.ClickForCard(ctx, "alice", advice, button)
	if err != nil {
		return before, time.Time{}, err
	}
	for _, name := range approvers {
		fmt.Printf("%s clicks Approve and confirms\n", name)
		if _, err := s.stage.Workspace.Click(ctx, name, card, "Approve"); err != nil {
			return before, time.Time{}, err
		}
	}
	approved := time.Now()
	if _, err := s.stage.WaitRun(ctx, func(run ops.Run) bool { return run.ID != before.ID && run.State != ops.Proposed }); err != nil {
		return before, approved, err
	}
	run, err := s.follow(ctx)
	return run, approved, err
}

func beginning(card slackemu.Message, way string) (string, error) {
	var labels []string
	for _, b := range card.Buttons() {
		if strings.HasPrefix(b.Text.Text, way) {
			return b.Text.Text, nil
		}
		labels = append(labels, b.Text.Text)
	}
	return "", fmt.Errorf("no button of the advice begins with %q: %q\n%s", way, labels, card.Plain())
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
