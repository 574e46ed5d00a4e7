package cli_test

import (
	"time"

	"github.com/keeptrusts/ktops/notify"
)

// newTold is an announcement that one reader has, one missed and one still waits for.
func newTold() []notify.Told {
	of := func(kind notify.Kind, channel, recipient, state string, attempts int, failure string) notify.Told {
		return notify.Told{
			Notice: "r-wait23/" + string(kind), Environment: "production", Kind: kind, Run: "r-wait23", At: moment, Channel: channel, Recipient: recipient,
			State: state, Attempts: attempts, Error: failure, Done: moment.Add(time.Minute),
		}
	}
	return []notify.Told{
		of(notify.Upcoming, "", "", "waiting", 0, ""),
		of(notify.Upcoming, "users", "users@example.com", "sent", 1, ""),
		of(notify.Upcoming, "on-call", "", "expired", 12, "the webhook answered 500 Internal Server Error"),
		of(notify.Alarm, "on-call", "", "sending", 2, ""),
	}
}

func newDrafts() []notify.Draft {
	return []notify.Draft{
		{Kind: notify.Upcoming, Audience: notify.Operators, Subject: "production: maintenance on Saturday", Text: "It will be closed.\n", HTML: "<p>upcoming</p>"},
		{Kind: notify.Opened, Audience: notify.Users, Channel: "users", Subject: "production is closed", Text: "Expected back soon.\n", HTML: "<p>closed</p>"},
	}
}
