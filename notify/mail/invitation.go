package mail

import (
	"bytes"
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-ical"

	"github.com/keeptrusts/ktops/notify"
)

// longestLine is how many bytes a line of a calendar should have at most (RFC 5545, 3.1).
const longestLine = 75

// method is what a calendar does with an invitation (RFC 5546).
func method(i *notify.Invitation) string {
	if i.Cancelled {
		return "CANCEL"
	}
	return "REQUEST"
}

// invite is a calendar with the window as its only event. Its times are in UTC, which
// every calendar shows on its owner's clock.
func invite(m notify.Message, from, to *mail.Address) (string, error) {
	i := m.Invitation
	event := ical.NewEvent()
	p := event.Props
	p.SetText(ical.PropUID, i.UID)
	p.SetDateTime(ical.PropDateTimeStamp, m.At.UTC())
	p.SetDateTime(ical.PropDateTimeStart, i.Starts.UTC())
	p.SetDateTime(ical.PropDateTimeEnd, i.Ends.UTC())
	p.SetText(ical.PropSummary, m.Subject)
	p.SetText(ical.PropDescription, strings.TrimSpace(m.Text))
	p.SetText(ical.PropTransparency, "TRANSPARENT") // it takes nobody's time
	set(p, ical.PropSequence, strconv.Itoa(i.Sequence))
	set(p, ical.PropOrganizer, "mailto:"+from.Address)
	attendee := set(p, ical.PropAttendee, "mailto:"+to.Address)
	attendee.Params.Set(ical.ParamRole, "NON-PARTICIPANT")
	attendee.Params.Set(ical.ParamRSVP, "FALSE")
	event.SetStatus(ical.EventConfirmed)
	if i.Cancelled {
		event.SetStatus(ical.EventCancelled)
	}
	calendar := ical.NewCalendar()
	calendar.Props.SetText(ical.PropProductID, "-//Keeptrusts//ktops//EN")
	calendar.Props.SetText(ical.PropVersion, "2.0")
	calendar.Props.SetText(ical.PropMethod, method(i))
	calendar.Children = append(calendar.Children, event.Component)
	var b bytes.Buffer
	if err := ical.NewEncoder(&b).Encode(calendar); err != nil {
		return "", fmt.Errorf("write the invitation of %s: %w", m.Key, err)
	}
	return fold(b.String()), nil
}

// set gives a property a value that is not text, and so is not escaped.
func set(p ical.Props, name, value string) *ical.Prop {
	prop := ical.NewProp(name)
	prop.Value = value
	p.Set(prop)
	return prop
}

// fold breaks long lines between characters.
func fold(text string) string {
	var b strings.Builder
	for line := range strings.SplitAfterSeq(text, "\r\n") {
		limit := longestLine + len("\r\n")
		for len(line) > limit {
			cut := limit - len("\r\n")
			for !utf8.RuneStart(line[cut]) {
				cut--
			}
			b.WriteString(line[:cut] + "\r\n ")
			line = line[cut:]
			limit = longestLine - 1 + len("\r\n") // after the space
		}
		b.WriteString(line)
	}
	return b.String()
}
