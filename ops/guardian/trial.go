package guardian

import (
	"cmp"
	"slices"
)

// trial weighs one metric of one component: bad requests among all of them.
type trial struct {
	// before is the baseline's share, likely the highest that is consistent with it, and
	// tolerable the one up to which a difference does not matter.
	before, likely, tolerable float64
	// matters asks more of a stretch that is worse; nil when nothing is asked.
	matters   func(look) bool
	looks     []look // the newest ones
	stretches int    // how many have begun
	weighed   float64
}

// look is what was answered between two readings: bad requests, all of them, and how
// many seconds they took together, where that matters.
type look struct{ bad, of, seconds float64 }

func (l look) plus(m look) look  { return look{l.bad + m.bad, l.of + m.of, l.seconds + m.seconds} }
func (l look) minus(m look) look { return look{l.bad - m.bad, l.of - m.of, l.seconds - m.seconds} }

const (
	// Requests that go wrong come in bursts: a provider that is away for some seconds, a
	// restart. Without so many of the worst looks, there must still be evidence: so much.
	burst  = 3
	steady = 3
	// A stretch begins every so many looks with requests, so that what goes wrong only
	// after a while is not hidden by what went well before; so many stretches are kept.
	stretch = 12
	kept    = 60
	// An alarm rests on at least so many requests.
	fewest = 50
	// A share above this of the baseline is too uncertain to compare anything with.
	uncertain = 0.5
)

// newTrial is about a baseline; a share matters that is higher by so much, and at least
// twice as high.
func newTrial(bad, of, by float64) *trial {
	if of <= 0 {
		return &trial{likely: 1, tolerable: 1}
	}
	before := min(bad/of, 1)
	return &trial{before: before, likely: atMost(bad, of), tolerable: max(before+by, before*atLeast)}
}

// blind reports whether the baseline is too small to compare anything with.
func (t *trial) blind() bool { return max(t.likely, t.tolerable) >= uncertain }

// weigh adds another look, and tells of the longest stretch that speaks clearly of a
// release that is worse.
func (t *trial) weigh(l look) (look, bool) {
	t.weighed += max(l.of, 0)
	if t.blind() || l.of <= 0 {
		return look{}, false
	}
	if len(t.looks) == kept*stretch {
		t.looks = t.looks[stretch:]
	}
	if len(t.looks)%stretch == 0 {
		t.stretches++
	}
	l.bad = min(max(l.bad, 0), l.of)
	t.looks = append(t.looks, l)
	return t.worse()
}

// worse goes through the stretches, the newest first.
func (t *trial) worse() (found look, worse bool) {
	var all look
	var worst []look
	nth := t.stretches
	for i, l := range slices.Backward(t.looks) {
		all = all.plus(l)
		worst = t.worstOf(append(worst, l))
		if i%stretch != 0 {
			continue
		}
		if t.clear(all, worst, nth) {
			found, worse = all, true
		}
		nth--
	}
	return found, worse
}

// clear reports whether the nth stretch is worse by too much for chance, and, even
// without its worst looks, by enough to matter.
func (t *trial) clear(all look, worst []look, nth int) bool {
	if all.of < fewest || evidence(all.bad, all.of, t.likely) < enough(nth) {
		return false
	}
	rest := all
	for _, w := range worst {
		rest = rest.minus(w)
	}
	return rest.bad >= t.tolerable*rest.of && evidence(rest.bad, rest.of, t.likely) > steady && (t.matters == nil || t.matters(rest))
}

// worstOf keeps the looks that exceed most what is likely.
func (t *trial) worstOf(looks []look) []look {
	slices.SortFunc(looks, func(a, b look) int {
		return cmp.Compare(b.bad-b.of*t.likely, a.bad-a.of*t.likely)
	})
	return looks[:min(len(looks), burst)]
}
