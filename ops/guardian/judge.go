package guardian

import (
	"math"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Thresholds are the least by which the share of bad requests must rise to matter; it
// must also be at least twice what it was.
type Thresholds struct {
	Errors       float64
	Slow         float64
	PolicyErrors float64
}

// DefaultThresholds are one request in a hundred, and three for slow ones.
func DefaultThresholds() Thresholds { return Thresholds{Errors: 0.01, Slow: 0.03, PolicyErrors: 0.01} }

const (
	// atLeast is how many times the share of bad requests must be what it was.
	atLeast = 2
	// usual is the share of the baseline's answers that are not slow.
	usual = 0.95
	// Slow answers matter when answers also take so many times as long on average, and by
	// more than anybody would notice: the bound of a bucket may lie close to what is usual.
	slowerTimes = 1.5
	slowerBy    = 5 * time.Millisecond
)

// Judge compares what a release answers with the baseline.
type Judge struct{ measures []measure }

// measure is one metric of one component.
type measure struct {
	component ops.Component
	name      string
	count     func(ops.Traffic) look
	*trial
}

// NewJudge is a judge by this baseline.
func NewJudge(before []ops.Traffic, t Thresholds) *Judge {
	j := &Judge{}
	for _, b := range before {
		over := slowOver(b)
		j.add(b, "error ratio", t.Errors, func(t ops.Traffic) look { return look{bad: t.Errors, of: t.Requests} })
		j.add(b, "policy errors", t.PolicyErrors, func(t ops.Traffic) look { return look{bad: t.PolicyErrors, of: t.Requests} })
		slow := j.add(b, "share of answers over "+secondsText(over), t.Slow, func(t ops.Traffic) look {
			fast, ok := upTo(t, over)
			if !ok {
				return look{}
			}
			return look{bad: t.Timed - fast, of: t.Timed, seconds: t.Seconds}
		})
		slow.matters = func(l look) bool {
			usually := b.Seconds / b.Timed
			return l.seconds/l.of >= max(slowerTimes*usually, usually+slowerBy.Seconds())
		}
	}
	return j
}

func (j *Judge) add(before ops.Traffic, name string, by float64, count func(ops.Traffic) look) *trial {
	was := count(before)
	t := newTrial(was.bad, was.of, by)
	j.measures = append(j.measures, measure{before.Component, name, count, t})
	return t
}

// slowOver is the bound of the bucket that has the baseline's 95th percentile; infinite
// where nothing was timed, or the percentile is beyond all bounds.
func slowOver(b ops.Traffic) float64 {
	for _, bucket := range b.Buckets {
		if b.Timed > 0 && bucket.Count >= usual*b.Timed {
			return bucket.UpTo
		}
	}
	return math.Inf(1)
}

// Add weighs what was answered since the last time, and tells of a regression; nil
// while there is none.
func (j *Judge) Add(answered []ops.Traffic) *ops.Regression {
	for _, a := range answered {
		for _, m := range j.measures {
			if m.component != a.Component {
				continue
			}
			if found, worse := m.weigh(m.count(a)); worse {
				return m.regression(found)
			}
		}
	}
	return nil
}

func (m measure) regression(found look) *ops.Regression {
	r := &ops.Regression{
		Component: m.component, Metric: m.name, Before: m.before, After: found.bad / found.of, Samples: int(found.of),
	}
	r.Picture = picture(r.Before, r.After, m.looks)
	return r
}

// Blind lists what the baseline is too small for.
func (j *Judge) Blind() []string {
	var names []string
	for _, m := range j.measures {
		if m.blind() {
			names = append(names, m.name+" of the "+string(m.component))
		}
	}
	return names
}

// Requests is how many requests were weighed.
func (j *Judge) Requests() int {
	most := 0.0
	for _, m := range j.measures {
		most = max(most, m.weighed)
	}
	return int(most)
}
