package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// obey does what was typed, and answers.
func (b *Bot) obey(ctx context.Context, d Delivery) {
	cmd, mistake := Parse(d.Text, b.service.Environments())
	if mistake != nil {
		b.answer(ctx, d, cards.Mistake(mistake.What, mistake.Try, b.command))
		return
	}
	by := b.names.actor(ctx, d.User, d.UserName)
	env, err := b.target(cmd, d)
	if err == nil {
		b.log.WithFields(logrus.Fields{"user": by.ID, "verb": cmd.Verb, "environment": env, "channel": d.Channel}).Info("command")
		err = b.do(ctx, d, cmd, env, by)
	}
	b.answerError(ctx, d, cmd.Verb, err)
}

// answerError tells a person of a no, or of a failure.
func (b *Bot) answerError(ctx context.Context, d Delivery, what string, err error) {
	var refusal *ops.Refusal
	switch {
	case err == nil || ctx.Err() != nil:
	case errors.As(err, &refusal):
		b.answer(ctx, d, cards.Refusal(refusal, b.command))
	default:
		b.log.WithFields(logrus.Fields{"delivery": d.ID, "user": d.User}).WithError(err).Error(what + " failed")
		b.answer(ctx, d, cards.Trouble(what, err))
	}
}

// target is the environment that a command means: the one it names, else that of
// the channel, else the first.
func (b *Bot) target(cmd Command, d Delivery) (string, error) {
	name := cmd.Environment
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, e := range b.environments {
		if name == "" && e.Channel == d.Channel {
			name = e.Name
		}
	}
	if name == "" {
		if known := b.service.Environments(); len(known) > 0 {
			name = known[0]
		}
	}
	for _, e := range b.environments {
		if e.Name == name && len(e.Elsewhere) > 0 && e.Channel != d.Channel && !slices.Contains(e.Elsewhere, d.Channel) {
			return "", ops.Refuse("commands for "+name+" are not taken in this channel", "type it in the channel of "+name)
		}
	}
	return name, nil
}

func (b *Bot) do(ctx context.Context, d Delivery, cmd Command, env string, by ops.Actor) error {
	switch cmd.Verb {
	case "help":
		b.answer(ctx, d, cards.Help(b.command, env))
		return nil
	case "upgrade":
		return b.upgrade(ctx, d, cmd, env, by)
	case "rollback":
		return b.rollback(ctx, d, cmd, env)
	case "rehearse":
		return b.rehearse(ctx, d, cmd, env, by)
	case "plan":
		return b.plan(ctx, d, cmd, env, by)
	case "status":
		return b.status(ctx, d, env)
	case "verify":
		return b.verify(ctx, d, env, by)
	case "backup":
		return b.backup(ctx, d, cmd, env, by)
	case "history":
		return b.history(ctx, d, cmd, env)
	case "unlock":
		return b.unlock(ctx, d, cmd, env, by)
	case "windows":
		return b.windowsOf(ctx, d, cmd, env)
	case "maintenance":
		return b.maintenance(ctx, d, cmd, env, by)
	case "freezes":
		return b.freezes(ctx, d, env)
	case "freeze":
		return b.askFreeze(ctx, d, cmd, env)
	case "unfreeze":
		return b.askUnfreeze(ctx, d, cmd, env)
	}
	return b.control(ctx, d, cmd, env, by)
}

func (b *Bot) request(ctx context.Context, d Delivery, cmd Command, env string, by ops.Actor) ops.Request {
	strategy := cmd.Strategy
	if strategy == "" {
		strategy = ops.Auto
	}
	return ops.Request{
		Environment: env, Target: b.resolve(ctx, cmd, env), Strategy: strategy, By: by,
		Urgent: cmd.Urgent, Reason: cmd.Reason, Channel: d.Channel, Window: cmd.Window,
	}
}

// resolve is the version that was meant: of a line such as 2.5, the newest
// release, or its first where the releases are not known.
func (b *Bot) resolve(ctx context.Context, cmd Command, env string) ops.Version {
	v := cmd.Version
	if !cmd.Line || b.releases == nil {
		return v
	}
	releases, err := b.releases(ctx, env)
	if err != nil {
		b.log.WithField("environment", env).WithError(err).Warn("cannot list the releases; taking the first of the line")
	}
	for _, r := range releases {
		if r.CompareLine(v) == 0 && r.Pre == "" && r.Compare(v) > 0 {
			v = r
		}
	}
	return v
}

func (b *Bot) upgrade(ctx context.Context, d Delivery, cmd Command, env string, by ops.Actor) error {
	return b.propose(ctx, d, b.request(ctx, d, cmd, env, by))
}

// propose proposes a run. The card that follows is the answer.
func (b *Bot) propose(ctx context.Context, d Delivery, req ops.Request) error {
	run, err := b.proposedBefore(ctx, d, req)
	if err == nil && run.ID == "" {
		run, err = b.service.Propose(ctx, req)
	}
	if err != nil {
		return err
	}
	b.refresh(ctx, run.ID)
	if e, ok := b.environment(req.Environment); ok && e.Channel != d.Channel && e.Channel != "" {
		b.answer(ctx, d, cards.Plain(fmt.Sprintf("The plan is in <#%s>, as run `%s`.", e.Channel, run.ID)))
	}
	return nil
}

// proposedBefore finds the run that an earlier try of this delivery proposed
// before a crash; the zero run when there is none.
func (b *Bot) proposedBefore(ctx context.Context, d Delivery, req ops.Request) (ops.Run, error) {
	if !d.Received.Before(b.started) {
		return ops.Run{}, nil // this process received it and begins it now
	}
	runs, err := b.service.History(ctx, req.Environment, historyDefault)
	if err != nil {
		return ops.Run{}, err
	}
	for _, run := range runs {
		if sameAsked(run.Request, req) && run.Request.By.ID == req.By.ID && !run.ProposedAt.Before(d.Received) {
			return run, nil
		}
	}
	return ops.Run{}, nil
}

func sameAsked(a, b ops.Request) bool {
	if a.Rollback != nil && b.Rollback != nil {
		return sameReturn(*a.Rollback, *b.Rollback)
	}
	return a.Target == b.Target && a.Rehearse == b.Rehearse && (a.Rollback == nil) == (b.Rollback == nil)
}

// openRun is the run that a command without a run's ID means: among several, for
// some may wait for windows, the one in the state that the decision is about.
func (b *Bot) openRun(ctx context.Context, env, verb string) (string, error) {
	runs, err := b.service.History(ctx, env, historyDefault)
	if err != nil {
		return "", err
	}
	runs = slices.DeleteFunc(runs, func(r ops.Run) bool { return !r.State.Open() })
	if len(runs) == 0 {
		return "", ops.Refuse("no run is open in "+env, "history", "upgrade 2.5.0")
	}
	meant := slices.DeleteFunc(slices.Clone(runs), func(r ops.Run) bool { return !isAbout(verb, r) })
	if len(meant) == 0 {
		meant = runs
	}
	if len(meant) == 1 {
		return meant[0].ID, nil
	}
	var try []string
	for _, run := range meant {
		try = append(try, verb+" "+run.ID)
	}
	return "", ops.Refuse(fmt.Sprintf("%d runs are open in %s; which one?", len(meant), env), try...)
}

func isAbout(verb string, run ops.Run) bool {
	switch verb {
	case "approve", "reject":
		return run.State == ops.Proposed
	case "hold":
		return run.State == ops.Running || run.State == ops.Approved
	case "resume":
		return run.State == ops.Held
	}
	return run.Exclusive()
}

// control decides something about a run by command, as the buttons do.
func (b *Bot) control(ctx context.Context, d Delivery, cmd Command, env string, by ops.Actor) error {
	id := cmd.Run
	if id == "" {
		var err error
		if id, err = b.openRun(ctx, env, cmd.Verb); err != nil {
			return err
		}
	}
	started := time.Now()
	say := decision{verb: cmd.Verb, reason: cmd.Reason, by: by, glass: cmd.BreakGlass}
	if cmd.Window != "" {
		say.opening = &ops.Opening{Key: cmd.Window} // the domain takes "next" and a window's name for a key
	}
	run, err := b.decide(ctx, id, say)
	b.refresh(ctx, id)
	if err != nil {
		return err
	}
	b.log.WithFields(logrus.Fields{"run": id, "verb": cmd.Verb, "took": time.Since(started).Round(time.Millisecond)}).Info("decided")
	b.answer(ctx, d, cards.Decided(cmd.Verb, run))
	return nil
}
