//go:build race

package calendar_test

// underRace is whether the race detector slows this test down, tenfold here.
const underRace = true
