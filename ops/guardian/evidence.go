package guardian

import (
	"math"
)

// confidence is how sure the bound on the baseline's share is, and falseAlarm how
// likely a watch of one metric finds a difference that is chance, at most: both for
// requests that fail independently of each other, which is why bursts do not count (see
// trial).
const (
	confidence = 0.999
	falseAlarm = 1e-3
)

// atMost is the highest share that is consistent with so many bad requests of so many:
// Chernoff's bound, which holds exactly for any number of requests.
func atMost(bad, of float64) float64 {
	if of <= 0 {
		return 1
	}
	seen := min(bad/of, 1)
	low, high := seen, 1.0
	for range 50 {
		middle := (low + high) / 2
		if of*divergence(seen, middle) > -math.Log(1-confidence) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// divergence is by how much a share that was seen speaks against one that is
// supposed, in nats a request.
func divergence(seen, supposed float64) float64 {
	return xlog(seen, seen/supposed) + xlog(1-seen, (1-seen)/(1-supposed))
}

func xlog(x, y float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(y)
}

// evidence is how strongly requests speak for a share above this one, in nats. It is
// the logarithm of the average of likelihood ratios against fixed alternatives: with
// that share or a lower one the average is rarely large, however often one looks
// (Ville's inequality), so that looking many times costs nothing.
func evidence(bad, of, share float64) float64 {
	if share >= 1 || of <= 0 {
		return 0
	}
	odds := share / (1 - share)
	ratios := []float64{1.5, 2, 3, 5, 10, 30}
	logs := make([]float64, len(ratios))
	most := math.Inf(-1)
	for i, ratio := range ratios {
		supposed := odds * ratio / (1 + odds*ratio)
		logs[i] = bad*math.Log(supposed/share) + (of-bad)*math.Log((1-supposed)/(1-share))
		most = max(most, logs[i])
	}
	total := 0.0
	for _, l := range logs {
		total += math.Exp(l - most)
	}
	return most + math.Log(total/float64(len(ratios)))
}

// enough is how much evidence it takes on the stretch that begins as the nth, from 1.
// The stretches share the chance of a false alarm, the first ones most of it.
func enough(nth int) float64 {
	n := float64(nth)
	return math.Log(n * (n + 1) / falseAlarm)
}
