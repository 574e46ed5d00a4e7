package guardian

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// columns is how wide the bars of a picture are: with its labels a line of it fits into
// a card in Slack on a phone.
const columns = 24

// picture shows two shares as bars, and how the second came about:
//
//	before ▏                         0.10 %
//	after  ████████████████████████  5.2 %
//	       ▁▁▂▅█▆▇▇▅▆▇█              612 requests
func picture(before, after float64, looks []look) string {
	shares, all := lately(looks)
	return fmt.Sprintf("before %s  %s\nafter  %s  %s\n       %s  %.0f requests",
		bar(before, after), ops.PercentText(before), bar(after, after), ops.PercentText(after), sparkline(shares), all)
}

// bar is a share as a bar that is full at most.
func bar(share, most float64) string {
	eighths := 0
	if most > 0 {
		eighths = int(min(share/most, 1)*columns*8 + 0.5)
	}
	if share > 0 {
		eighths = max(eighths, 1)
	}
	text := strings.Repeat("█", eighths/8)
	if part := eighths % 8; part > 0 {
		text += string([]rune("▏▎▍▌▋▊▉")[part-1])
	}
	return pad(text)
}

// lately gathers looks into as many shares as there are columns, or fewer.
func lately(looks []look) (shares []float64, all float64) {
	if len(looks) == 0 {
		return nil, 0
	}
	for group := range slices.Chunk(looks, (len(looks)+columns-1)/columns) {
		var sum look
		for _, l := range group {
			sum = sum.plus(l)
		}
		shares = append(shares, sum.bad/sum.of)
		all += sum.of
	}
	return shares, all
}

func sparkline(shares []float64) string {
	heights := []rune("▁▂▃▄▅▆▇█")
	most := 0.0
	for _, s := range shares {
		most = max(most, s)
	}
	var line strings.Builder
	for _, s := range shares {
		height := 0
		if most > 0 {
			height = int(s / most * float64(len(heights)-1))
		}
		line.WriteRune(heights[height])
	}
	return pad(line.String())
}

func pad(s string) string { return s + strings.Repeat(" ", max(columns-len([]rune(s)), 0)) }

func secondsText(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(100 * time.Microsecond).String()
}
