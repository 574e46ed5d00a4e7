package guardian

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// How long a release is watched, and how often, where nothing is said; and how long a
// process may fill its caches before it is judged.
const (
	DefaultFor   = 10 * time.Minute
	DefaultEvery = 5 * time.Second
	settle       = 10 * time.Second
)

// Watch performs the step that watches a release once it serves.
type Watch struct {
	Source     Source
	For, Every time.Duration
	Thresholds Thresholds
}

// Done is so when a person accepted what the watch has found.
func (w Watch) Done(_ context.Context, task ops.Task) (bool, ops.Result, error) {
	step := stepOf(task)
	if step.AcceptedBy == nil || step.Result.Regression == nil {
		return false, ops.Result{}, nil
	}
	return true, ops.Result{Note: fmt.Sprintf("%s accepted it: %s", step.AcceptedBy, step.Result.Regression)}, nil
}

func stepOf(task ops.Task) ops.StepRun {
	for _, s := range task.Run.Steps {
		if s.Name == task.Step.Name {
			return s
		}
	}
	return ops.StepRun{}
}

// Do compares what is answered with the baseline until the time is over, counted from
// when the watch first began. Metrics that cannot be read do not fail the run, and are
// never taken for good ones: the note says what was not watched.
func (w Watch) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	before := baselineOf(task.Run)
	if len(before) == 0 {
		return ops.Result{Note: "not watched: the metrics could not be read before the upgrade"}, nil
	}
	s := session{judge: NewJudge(before, w.Thresholds), tally: NewTally(w.Every), seen: map[ops.Component]bool{}}
	began := stepOf(task).Started
	ctx, cancel := context.WithDeadlineCause(ctx, began.Add(w.For), errOver)
	defer cancel()
	for {
		if regression := s.look(ctx, w.Source); regression != nil {
			return ops.Result{}, regression
		}
		task.Report(ops.Progress{Fraction: min(float64(time.Since(began))/float64(w.For), 1), Note: s.note(before)})
		if err := pause(ctx, w.Every); err != nil {
			return s.end(err, before)
		}
	}
}

var errOver = errors.New("the watch period is over")

// pause waits, and says why it was cut short.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

func baselineOf(run ops.Run) []ops.Traffic {
	for _, s := range run.Steps {
		if s.Kind == ops.Baseline {
			return s.Result.Baseline
		}
	}
	return nil
}

// session is one watch in this process.
type session struct {
	judge *Judge
	tally Tally
	// read and unread count the looks, and failure is what the newest failed one said.
	read, unread int
	failure      error
	seen         map[ops.Component]bool
}

func (s *session) look(ctx context.Context, source Source) *ops.Regression {
	readings, told := s.ask(ctx, source)
	if !told {
		return nil
	}
	s.read++
	for _, r := range readings {
		s.seen[r.Component] = true
	}
	return s.judge.Add(s.tally.Since(readings))
}

// ask is what the source tells, if it tells anything; why it did not tell all is kept.
func (s *session) ask(ctx context.Context, source Source) ([]Reading, bool) {
	readings, err := source.Read(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, false
	case err != nil:
		s.failure = err
	}
	if len(readings) == 0 {
		s.unread++
	}
	return readings, len(readings) > 0
}

func (s *session) end(cause error, before []ops.Traffic) (ops.Result, error) {
	if !errors.Is(cause, errOver) {
		return ops.Result{}, cause
	}
	return ops.Result{Note: s.note(before)}, nil
}

// note says what was watched, and first what was not.
func (s *session) note(before []ops.Traffic) string {
	var parts []string
	for _, t := range before {
		if !s.seen[t.Component] {
			parts = append(parts, "the "+string(t.Component))
		}
	}
	parts = append(parts, s.judge.Blind()...)
	text := fmt.Sprintf("%d requests, no worse than before", s.judge.Requests())
	if s.judge.Requests() < fewest {
		text = fmt.Sprintf("%d requests, too few to tell", s.judge.Requests())
	}
	if len(parts) > 0 {
		text = "not watched: " + strings.Join(parts, ", ") + "; " + text
	}
	if s.unread > 0 {
		text += fmt.Sprintf("; metrics could not be read %d times of %d", s.unread, s.unread+s.read)
	}
	if s.failure != nil {
		text += "; " + oneLine(s.failure)
	}
	return text
}

// oneLine is an error of several, as a note can show it.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
