package cards_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/ops"
)

func TestScheduleModal_OffersFiveOpeningsWithinSlacksLimits(t *testing.T) {
	var openings []ops.Opening
	for i := range 9 {
		openings = append(openings, night("", i))
	}
	openings[1].Window = strings.Repeat("日本語 ", 30)
	openings[2].Window = strings.Repeat("w", 200) // no option could carry it
	modal := cards.ScheduleModal(windowFixture("", 3), openings, noon)
	input, ok := modal.Blocks.BlockSet[1].(*slack.InputBlock)
	if !ok {
		t.Fatalf("the second block is a %T", modal.Blocks.BlockSet[1])
	}
	menu, ok := input.Element.(*slack.SelectBlockElement)
	if !ok || len(menu.Options) != cards.OpeningsOffered {
		t.Fatalf("the input is %+v", input.Element)
	}
	for _, o := range menu.Options {
		if utf8.RuneCountInString(o.Text.Text) > 75 || utf8.RuneCountInString(o.Description.Text) > 75 || utf8.RuneCountInString(o.Value) > 150 {
			t.Errorf("too long: %+v %+v %s", o.Text, o.Description, o.Value)
		}
	}
	if got := menu.Options[0].Text.Text; got != "Sun 29 Mar, 01:30 CET – 04:30 CEST (00:30 UTC)" {
		t.Errorf("the first option is %q", got)
	}
}

func TestReadChoice_IsTheOpeningThatWasOffered(t *testing.T) {
	for _, want := range []ops.Opening{
		{Window: "weekly", Key: "2026-03-29T01:30"}, {Window: "two words", Key: "2026-03-29T01:30"}, {Window: "weekly", Key: "now 2026-03-14T12:00"},
	} {
		modal := cards.ScheduleModal(windowFixture("", 1), []ops.Opening{want}, noon)
		input, _ := modal.Blocks.BlockSet[1].(*slack.InputBlock)
		menu, _ := input.Element.(*slack.SelectBlockElement)
		if got := cards.ReadChoice(menu.Options[0].Value); got == nil || *got != want {
			t.Errorf("%q is read as %+v", menu.Options[0].Value, got)
		}
	}
	if got := cards.ReadChoice(""); got != nil {
		t.Errorf("nothing is read as %+v", got)
	}
}

func TestOpening_IsWrittenInItsZoneAndInUTC(t *testing.T) {
	tests := []struct {
		zone, opens string
		lasts       time.Duration
		want        string
	}{
		{"Europe/Berlin", "2026-07-05T00:00:00Z", 2 * time.Hour, "Sun 5 Jul 2026, 02:00–04:00 CEST (00:00–02:00 UTC)"},
		{"Europe/Berlin", "2026-03-29T00:30:00Z", 2 * time.Hour, "Sun 29 Mar 2026, 01:30 CET – 04:30 CEST (00:30–02:30 UTC)"},
		{"America/New_York", "2026-07-05T02:00:00Z", 3 * time.Hour, "Sat 4 Jul 2026 22:00 – Sun 5 Jul 01:00 EDT (Sun 5 Jul, 02:00–05:00 UTC)"},
		{"Asia/Kathmandu", "2026-07-04T20:15:00Z", time.Hour, "Sun 5 Jul 2026, 02:00–03:00 UTC+0545 (Sat 4 Jul, 20:15–21:15 UTC)"},
		{"UTC", "2026-07-05T02:00:00Z", time.Hour, "Sun 5 Jul 2026, 02:00–03:00 UTC"},
		{"Mars/Olympus", "2026-07-05T02:00:00Z", time.Hour, "Sun 5 Jul 2026, 02:00–03:00 UTC"},
	}
	for _, test := range tests {
		t.Run(test.zone+" "+test.opens, func(t *testing.T) {
			opens, err := time.Parse(time.RFC3339, test.opens)
			if err != nil {
				t.Fatal(err)
			}
			o := ops.Occurrence{Opening: ops.Opening{Window: "weekly", Zone: test.zone, Opens: opens, Closes: opens.Add(test.lasts)}}
			if card := cards.SkippedOpening(o, alice()); !strings.HasSuffix(card.Text, "on "+test.want) {
				t.Errorf("written as %q, want %q", card.Text, test.want)
			}
		})
	}
}

func TestScheduled_SaysHowFarAwayTheOpeningIs(t *testing.T) {
	tests := []struct {
		until time.Duration
		want  string
	}{
		{-time.Second, "*now*"}, {30 * time.Second, "in 1 minute*"}, {9*time.Minute + time.Second, "in 10 minutes*"}, {44 * time.Minute, "in about 40 minutes*"},
		{90 * time.Minute, "in about 1 hour 30 minutes*"}, {5*time.Hour + 20*time.Minute, "in about 5 hours*"}, {70 * time.Hour, "in 3 days*"},
	}
	for _, test := range tests {
		run := inWindow(ops.Scheduled, 0, "", 1)
		v := view(run)
		v.Now = run.Opening.Opens.Add(-test.until)
		if texts := mrkdwn(cards.ForRun(v).Blocks); !strings.Contains(texts[0], test.want) {
			t.Errorf("%v before: %q, want %q", test.until, texts[0], test.want)
		}
	}
}
