package cards

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/keeptrusts/ktops/ops"
)

// count is "no check", "1 check" or "3 checks".
func count(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun
	case 1:
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func size(n int64) string { return humanize.Bytes(uint64(max(n, 0))) }

// duration is a length of time with its units written out, in the two largest
// that matter.
func duration(d time.Duration) string {
	switch d = max(d, 0); {
	case d == 0:
		return "0 seconds"
	case d < time.Second:
		return unit(max(d.Milliseconds(), 1), "millisecond")
	case d < 10*time.Second && d%time.Second >= 100*time.Millisecond:
		return fmt.Sprintf("%.1f seconds", d.Seconds())
	case d < time.Minute:
		return unit(int64(d.Round(time.Second).Seconds()), "second")
	case d < time.Hour:
		d = d.Round(time.Second)
		return two(int64(d/time.Minute), "minute", int64(d%time.Minute/time.Second), "second")
	case d < 48*time.Hour:
		d = d.Round(time.Minute)
		return two(int64(d/time.Hour), "hour", int64(d%time.Hour/time.Minute), "minute")
	}
	d = d.Round(time.Hour)
	return two(int64(d/(24*time.Hour)), "day", int64(d%(24*time.Hour)/time.Hour), "hour")
}

// about is a duration that is only estimated, to five seconds below ten minutes
// and to the minute above.
func about(d time.Duration) string {
	switch {
	case d <= 5*time.Second:
		return "a few seconds"
	case d < 10*time.Minute:
		return "about " + duration(d.Round(5*time.Second))
	}
	return "about " + duration(d.Round(time.Minute))
}

func unit(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func two(a int64, large string, b int64, small string) string {
	if b == 0 {
		return unit(a, large)
	}
	return unit(a, large) + " " + unit(b, small)
}

// moment is a point in time that Slack shows in each reader's own zone
// (docs: messaging/formatting-message-text, date formatting).
func moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", t.Unix(), t.UTC().Format("2 Jan 2006 15:04 UTC"))
}

var slackID = regexp.MustCompile(`^[UW][A-Z0-9]{2,20}$`)

// person mentions a Slack user, and names anybody else.
func person(a ops.Actor) string {
	if slackID.MatchString(a.ID) {
		return "<@" + a.ID + ">"
	}
	return inline(a.String(), maxWord)
}

var slackGroup = regexp.MustCompile(`^S[A-Z0-9]{2,20}$`)

// people names a set of people of a policy.
func people(who ops.Who) string {
	var names []string
	for _, group := range who.Groups {
		if slackGroup.MatchString(group) {
			names = append(names, "<!subteam^"+group+">")
		} else {
			names = append(names, inline(group, maxWord))
		}
	}
	for _, user := range who.Users {
		if user == "*" {
			return "everybody"
		}
		names = append(names, person(ops.Actor{ID: user, Name: strings.TrimPrefix(user, "unix:")}))
	}
	return listed(names, 10)
}

// icon shows how a check ended.
func icon(l ops.Level) string {
	switch l {
	case ops.Pass:
		return "✅"
	case ops.Warn:
		return "⚠️"
	}
	return "❌"
}

// stateName is a state as people say it.
func stateName(s ops.State) string { return strings.ReplaceAll(string(s), "_", " ") }
