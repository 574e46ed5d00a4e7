package guardian_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/guardian"
)

// simulated is a source that reads one process, which answers as time goes by.
type simulated struct {
	*process
	rate   float64
	last   time.Time
	broken error
}

func (s *simulated) Before(ctx context.Context) ([]ops.Traffic, error) {
	readings, err := s.Read(ctx)
	if err != nil {
		return nil, err
	}
	return []ops.Traffic{readings[0].Traffic}, nil
}

func (s *simulated) Read(context.Context) ([]guardian.Reading, error) {
	if s.broken != nil {
		return nil, s.broken
	}
	s.answer(s.rate, time.Since(s.last))
	s.last = time.Now()
	return []guardian.Reading{s.reading()}, nil
}

func newSimulated(seed uint64) *simulated {
	p := &process{random: rand.New(rand.NewPCG(seed, 3)), name: "a", errors: 0.001, usual: 0.1, spread: 0.5, times: 1}
	p.start()
	return &simulated{process: p, rate: 10, last: time.Now()}
}

// watch runs the watch of a release that harm is done to.
func watch(t *testing.T, harm func(*simulated)) (ops.Result, error) {
	t.Helper()
	source := newSimulated(1)
	source.serve(10, time.Hour)
	read, err := guardian.Baseline{Source: source}.Do(t.Context(), ops.Task{})
	if err != nil {
		t.Fatal(err)
	}
	harm(source)
	source.start()
	source.last = time.Now()
	task := ops.Task{Step: ops.Step{Name: "watch", Kind: ops.Watch}, Report: func(ops.Progress) {}}
	task.Run.Steps = []ops.StepRun{
		{Step: ops.Step{Name: "read metrics", Kind: ops.Baseline}, Result: read},
		{Step: task.Step, Started: time.Now()},
	}
	w := guardian.Watch{Source: source, For: guardian.DefaultFor, Every: every, Thresholds: guardian.DefaultThresholds()}
	return w.Do(t.Context(), task)
}

func TestWatch_EndsWithARegressionWithinAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := watch(t, func(s *simulated) { s.errors = 0.05 })
		var regression *ops.Regression
		if !errors.As(err, &regression) || regression.Component != ops.Gateway || regression.Metric != "error ratio" {
			t.Fatalf("got %v", err)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("it took %s", took)
		}
		lines := strings.Split(regression.Picture, "\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[0], "before ") || !strings.Contains(lines[1], "████") {
			t.Errorf("the picture is\n%s", regression.Picture)
		}
	})
}

func TestWatch_OfAReleaseThatIsAsGoodLastsItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		result, err := watch(t, func(*simulated) {})
		if err != nil || !strings.HasSuffix(result.Note, "requests, no worse than before") {
			t.Errorf("%q, %v", result.Note, err)
		}
		if took := time.Since(began); took != guardian.DefaultFor {
			t.Errorf("it took %s", took)
		}
	})
}

func TestWatch_SaysWhatItCouldNotWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		result, err := watch(t, func(s *simulated) { s.broken = errors.New("connection refused") })
		if err != nil || !strings.HasPrefix(result.Note, "not watched: the gateway") || !strings.Contains(result.Note, "connection refused") {
			t.Errorf("%q, %v", result.Note, err)
		}
	})
}
