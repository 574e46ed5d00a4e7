package guardian_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/ops/guardian"
)

// every is how often a simulated release is looked at.
const every = guardian.DefaultEvery

// bounds are those of the Prometheus client's default histogram.
var bounds = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// process is a simulated gateway or API with its counters.
type process struct {
	random  *rand.Rand
	name    string
	counted ops.Traffic
	// errors is the share of requests that fail; usual and spread make the answer times,
	// which are log-normal, and times slows them all.
	errors, policy, usual, spread, times float64
	// cold is for how long answers find no cache.
	cold time.Duration
}

func (p *process) start() {
	p.counted = ops.Traffic{Component: ops.Gateway}
	for _, b := range bounds {
		p.counted.Buckets = append(p.counted.Buckets, ops.Bucket{UpTo: b})
	}
	p.cold = 20 * time.Second
}

// serve answers requests that come at a rate for a long time.
func (p *process) serve(rate float64, lasts time.Duration) {
	for ; lasts > 0; lasts -= every {
		p.answer(rate, every)
	}
}

// answer counts requests that came at a rate for a moment.
func (p *process) answer(rate float64, lasts time.Duration) {
	for range poisson(p.random, rate*lasts.Seconds()) {
		took := p.usual * math.Exp(p.spread*p.random.NormFloat64()) * p.times
		if p.cold > 0 {
			took = 4*took + 0.2
		}
		p.counted.Requests++
		p.counted.Timed++
		p.counted.Seconds += took
		if p.random.Float64() < p.errors {
			p.counted.Errors++
		}
		if p.random.Float64() < p.policy {
			p.counted.PolicyErrors++
		}
		for i, b := range p.counted.Buckets {
			if took <= b.UpTo {
				p.counted.Buckets[i].Count++
			}
		}
	}
	p.cold -= lasts
}

func (p *process) reading() guardian.Reading {
	t := p.counted
	t.Buckets = slices.Clone(t.Buckets)
	return guardian.Reading{Process: p.name, Traffic: t}
}

// poisson draws how many independent events happen where so many are expected.
func poisson(random *rand.Rand, expected float64) int {
	n := 0
	for at := random.ExpFloat64(); at < expected; at += random.ExpFloat64() {
		n++
	}
	return n
}

// night is eight hours of hardly any traffic after a release that is as good as the
// one before: single requests or a probe's steady ones, an error now and then, a burst
// of them, answers that vary from hour to hour, restarts, replicas that come and go.
func night(seed uint64) (*ops.Regression, int) {
	random := rand.New(rand.NewPCG(seed, 1))
	one := func(name string) *process {
		p := &process{
			random: random, name: name, times: 1,
			errors: []float64{0, 0.001, 0.005, 0.02}[random.IntN(4)], policy: []float64{0, 0, 0.001}[random.IntN(3)],
			usual: math.Exp(math.Log(0.002) + random.Float64()*math.Log(500)), spread: 0.2 + random.Float64(),
		}
		p.start()
		return p
	}
	before := one("before")
	day := []float64{0.01, 0.2, 2}[random.IntN(3)] // requests a second before
	before.serve(day, time.Hour)

	a, b := one("a"), one("b")
	for _, p := range []*process{a, b} {
		p.errors, p.policy, p.usual, p.spread = before.errors, before.policy, before.usual, before.spread
	}
	rate := (3 + 27*random.Float64()) / 3600 // a handful an hour
	if random.IntN(10) == 0 {
		rate = 10 // with a probe
	}
	judge, tally := guardian.NewJudge([]ops.Traffic{before.counted}, guardian.DefaultThresholds()), guardian.NewTally(every)
	looks := int(8 * time.Hour / every)
	if rate >= 10 {
		looks = int(time.Hour / every)
	}
	outage := random.IntN(looks)
	for n := range looks {
		hour := 1 + 0.2*math.Sin(float64(n)/700+float64(seed)) // answers vary
		for _, p := range []*process{a, b} {
			errors := p.errors
			if n == outage {
				p.errors = 1 // a provider is away for some seconds
			}
			p.times = hour
			p.answer(rate/2, every)
			p.errors = errors
		}
		if random.IntN(looks) < 2 {
			a.start() // its counters begin anew
		}
		readings := []guardian.Reading{a.reading(), b.reading()}
		if random.IntN(100) == 0 {
			readings = readings[:1] // does not answer this time
		}
		if r := judge.Add(tally.Since(readings)); r != nil {
			return r, judge.Requests()
		}
	}
	return nil, judge.Requests()
}

func TestJudge_RaisesNoFalseAlarmIn500QuietNights(t *testing.T) {
	requests, nights := 0, uint64(500)
	if testing.Short() {
		nights = 30
	}
	for seed := range nights {
		r, seen := night(seed)
		requests += seen
		if r != nil {
			t.Errorf("night %d: %s\n%s", seed, r, r.Picture)
		}
	}
	t.Logf("%d nights of %d requests together", nights, requests)
}

// detected is how long a release answers until it is found to be worse.
func detected(seed uint64, rate float64, harm func(*process)) (time.Duration, *ops.Regression) {
	random := rand.New(rand.NewPCG(seed, 2))
	p := &process{random: random, name: "a", errors: 0.001, usual: math.Exp(math.Log(0.02) + random.Float64()*math.Log(50)), spread: 0.2 + 0.8*random.Float64(), times: 1}
	p.start()
	p.serve(rate, time.Hour)
	judge, tally := guardian.NewJudge([]ops.Traffic{p.counted}, guardian.DefaultThresholds()), guardian.NewTally(every)
	harm(p)
	p.start()
	tally.Since([]guardian.Reading{p.reading()})
	for n := 1; n <= 120; n++ {
		p.answer(rate, every)
		if r := judge.Add(tally.Since([]guardian.Reading{p.reading()})); r != nil {
			return time.Duration(n) * every, r
		}
	}
	return 0, nil
}

func TestJudge_FindsAWorseReleaseWithinAMinuteOfTraffic(t *testing.T) {
	harms := map[string]func(*process){
		"5 % errors":        func(p *process) { p.errors = 0.05 },
		"3 times slower":    func(p *process) { p.times = 3 },
		"5 % policy errors": func(p *process) { p.policy = 0.05 },
		"every answer bad":  func(p *process) { p.errors = 1 },
	}
	for name, harm := range harms {
		t.Run(name, func(t *testing.T) {
			var took []time.Duration
			for seed := range uint64(200) {
				after, r := detected(seed, 10, harm)
				if r == nil {
					t.Fatalf("seed %d: not found", seed)
				}
				took = append(took, after)
			}
			slices.Sort(took)
			t.Logf("10 requests a second: found after %s in half of 200 releases, %s in 95 of 100, %s at most",
				took[100], took[len(took)*95/100], took[len(took)-1])
			if took[len(took)-1] > time.Minute {
				t.Errorf("one took %s", took[len(took)-1])
			}
		})
	}
}
