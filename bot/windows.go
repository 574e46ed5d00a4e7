package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

// Windows is what the bot asks of who keeps the windows and freezes;
// *scheduler.Scheduler is one. It checks policy itself and answers a no as
// *ops.Refusal. It may be called for environments without any window.
type Windows interface {
	Windows(ctx context.Context, environment string) ([]ops.WindowState, error)
	Occurrences(ctx context.Context, environment string, limit int) ([]ops.Occurrence, error)
	// SkipWindow leaves out the window's next opening; RunWindow opens it now.
	SkipWindow(ctx context.Context, environment, window string, by ops.Actor, reason string) (ops.Occurrence, error)
	RunWindow(ctx context.Context, environment, window string, by ops.Actor, reason string) (ops.Occurrence, error)
	Freezer
}

// Freezer keeps the intervals in which nothing may change.
type Freezer interface {
	Freezes(ctx context.Context, environment string) ([]ops.Freeze, error)
	Freeze(ctx context.Context, f ops.Freeze) (ops.Freeze, error)
	Unfreeze(ctx context.Context, environment, id string, by ops.Actor) (ops.Freeze, error)
}

// windowsOf tells about windows, or asks whether one is to be skipped or opened.
func (b *Bot) windowsOf(ctx context.Context, d Delivery, cmd Command, env string) error {
	var known []ops.WindowState
	if b.windows != nil {
		var err error
		if known, err = b.windows.Windows(ctx, env); err != nil {
			return err
		}
	}
	if len(known) == 0 {
		b.answer(ctx, d, cards.NoWindows(env))
		return nil
	}
	switch cmd.Action {
	case "next":
		b.answer(ctx, d, cards.NextOpenings(env, known, time.Now()))
		return nil
	case "history":
		return b.pastWindows(ctx, d, cmd, env)
	case "show", "skip", "run-now":
		w, err := oneWindow(known, env, cmd.Window)
		if err != nil {
			return err
		}
		return b.oneWindow(ctx, d, cmd, w)
	}
	b.answer(ctx, d, cards.Windows(env, known, time.Now(), b.command))
	return nil
}

func (b *Bot) oneWindow(ctx context.Context, d Delivery, cmd Command, w ops.WindowState) error {
	ask := cards.Ask{Environment: w.Environment, Window: w.Name, Reason: cmd.Reason}
	switch cmd.Action {
	case "skip":
		next, err := skippable(w)
		if err != nil {
			return err
		}
		ask.Does, ask.Key = cards.AskedSkip, next.Key
		b.answer(ctx, d, cards.AskSkip(ask, next))
	case "run-now":
		ask.Does = cards.AskedRunNow
		b.answer(ctx, d, cards.AskRunNow(ask, w))
	default:
		b.answer(ctx, d, cards.Window(w, time.Now(), b.command))
	}
	return nil
}

func (b *Bot) pastWindows(ctx context.Context, d Delivery, cmd Command, env string) error {
	limit := cmd.Limit
	if limit == 0 {
		limit = historyDefault
	}
	past, err := b.windows.Occurrences(ctx, env, limit)
	if err != nil {
		return err
	}
	b.answer(ctx, d, cards.Occurrences(env, past))
	return nil
}

// oneWindow is the window of a name, in any case; a refusal names the nearest.
func oneWindow(known []ops.WindowState, env, name string) (ops.WindowState, error) {
	var names []string
	for _, w := range known {
		if strings.EqualFold(w.Name, name) {
			return w, nil
		}
		names = append(names, w.Name)
	}
	try := []string{"windows list"}
	if near := nearest(strings.ToLower(name), names); near != "" {
		try = append([]string{"windows show " + near}, try...)
	}
	return ops.WindowState{}, ops.Refuse(fmt.Sprintf("%s has no window %q; there is %s", env, name, strings.Join(names, ", ")), try...)
}

// nextOf is the window's soonest occurrence that is not open yet.
func nextOf(w ops.WindowState) (ops.Occurrence, bool) {
	i := slices.IndexFunc(w.Next, func(o ops.Occurrence) bool { return o.State != ops.OpenNow })
	if i < 0 {
		return ops.Occurrence{}, false
	}
	return w.Next[i], true
}

// skippable is the opening that is asked about; a refusal says why there is nothing
// to ask. Whether it may be skipped is said again, and by others, after the yes.
func skippable(w ops.WindowState) (ops.Occurrence, error) {
	next, ok := nextOf(w)
	switch {
	case !ok:
		return next, ops.Refuse("window "+w.Name+" of "+w.Environment+" has no opening to come", "windows show "+w.Name)
	case next.State == ops.Skipped:
		return next, ops.Refuse(fmt.Sprintf("the next opening of window %s is skipped already, by %s: %s", w.Name, next.By, next.Reason), "windows show "+w.Name)
	case next.Run != "":
		return next, ops.Refuse(fmt.Sprintf("run %s waits for the next opening of window %s", next.Run, w.Name), "abort "+next.Run)
	}
	return next, nil
}

// zoneOf is the zone in which an environment's people read the clock.
func (b *Bot) zoneOf(env string) string {
	e, _ := b.environment(env)
	return cmp.Or(e.Zone, "UTC")
}
