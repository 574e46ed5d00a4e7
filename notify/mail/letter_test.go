package mail_test

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-ical"
	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/notify/mail"
)

// delivered are the mails of messages, as their reader gets them.
func delivered(t *testing.T, messages ...notify.Message) []string {
	t.Helper()
	var texts []string
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, mail.StartTLS)
		channel, err := mail.New(s.settings(), "ktops.example.com")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			if err := channel.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		s.serving.Wait()
		for _, l := range s.letters {
			texts = append(texts, l.text)
		}
	})
	return texts
}

// parts are those of a mail by content type, decoded.
func parts(t *testing.T, text string) (netmail.Header, map[string]string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("it is %s, %v", kind, err)
	}
	found := map[string]string{}
	reader := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m.Header, found
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		found[p.Header.Get("Content-Type")] = string(body)
	}
}

func TestLetter_IsPlainTextAndHTML(t *testing.T) {
	m := message(t, notify.Reopened)
	m.Subject = "production ist wieder geöffnet"
	m.Text = "Größe: 1\n.\n..\nEnd\n"
	header, found := parts(t, delivered(t, m)[0])
	subject, err := (&mime.WordDecoder{}).DecodeHeader(header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	if got := strings.ReplaceAll(found["text/plain; charset=UTF-8"], "\r\n", "\n"); got != m.Text {
		t.Errorf("the text became %q", got)
	}
	if got := strings.ReplaceAll(found["text/html; charset=UTF-8"], "\r\n", "\n"); got != m.HTML {
		t.Error(cmp.Diff(m.HTML, got))
	}
	if len(found) != 2 {
		t.Errorf("it has %d parts", len(found))
	}
	to, err := netmail.ParseAddress(header.Get("To"))
	if err != nil || to.Name != "Ünal" || to.Address != "user@example.com" {
		t.Errorf("to %v, %v", to, err)
	}
	for name, want := range map[string]string{"Auto-Submitted": "auto-generated", "From": `"Keeptrusts operations" <ktops@example.com>`} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if at, err := header.Date(); err != nil || !at.Equal(m.At.Truncate(time.Second)) {
		t.Errorf("date %s, %v, want %s", at, err, m.At)
	}
}

func TestLetter_SentAgainIsTheSameMail(t *testing.T) {
	m, other, elsewhere := message(t, notify.Upcoming), message(t, notify.Upcoming), message(t, notify.Upcoming)
	other.Key = "another"
	elsewhere.To = "somebody@example.com"
	texts := delivered(t, m, m, other, elsewhere)
	if diff := cmp.Diff(texts[0], texts[1]); diff != "" {
		t.Errorf("sent again it differs:\n%s", diff)
	}
	ids := map[string]bool{}
	for _, text := range texts {
		header, _ := parts(t, text)
		id := header.Get("Message-Id")
		if !strings.HasSuffix(id, "@example.com>") {
			t.Errorf("its name is %s", id)
		}
		ids[id] = true
	}
	if len(ids) != 3 {
		t.Errorf("3 mails have %d names: %v", len(ids), ids)
	}
}

func TestLetter_InvitesAndTakesBack(t *testing.T) {
	upcoming, cancelled := message(t, notify.Upcoming), message(t, notify.Cancelled)
	texts := delivered(t, upcoming, cancelled)
	invited := event(t, texts[0], "REQUEST")
	taken := event(t, texts[1], "CANCEL")
	want := map[string]string{
		"UID": "r-abc123@ktops", "DTSTART": "20261128T010000Z", "DTEND": "20261128T030000Z", "DTSTAMP": "20261127T010000Z",
		"STATUS": "CONFIRMED", "TRANSP": "TRANSPARENT",
		"ORGANIZER": "mailto:ktops@example.com", "ATTENDEE": "mailto:user@example.com",
	}
	for name, value := range want {
		if got := invited.Props.Get(name).Value; got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if got, err := invited.Props.Text("SUMMARY"); err != nil || got != upcoming.Subject {
		t.Errorf("summary %q, %v", got, err)
	}
	for _, name := range []string{"UID", "DTSTART", "DTEND", "ORGANIZER"} {
		if invited.Props.Get(name).Value != taken.Props.Get(name).Value {
			t.Errorf("%s is another when it is cancelled", name)
		}
	}
	if status, err := taken.Status(); err != nil || status != ical.EventCancelled {
		t.Errorf("status %s, %v", status, err)
	}
	first, err1 := invited.Props.Get("SEQUENCE").Int()
	last, err2 := taken.Props.Get("SEQUENCE").Int()
	if err1 != nil || err2 != nil || last <= first {
		t.Errorf("sequence %d, then %d (%v, %v)", first, last, err1, err2)
	}
}

// event is the one in a mail's invitation.
func event(t *testing.T, text, method string) ical.Event {
	t.Helper()
	_, found := parts(t, text)
	raw := found["text/calendar; method="+method+"; charset=UTF-8"]
	for line := range strings.SplitSeq(raw, "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line is %d bytes long: %s", len(line), line)
		}
	}
	calendar, err := ical.NewDecoder(strings.NewReader(raw)).Decode()
	if err != nil || len(calendar.Events()) != 1 {
		t.Fatalf("%v in\n%s", err, raw)
	}
	if got := calendar.Props.Get("METHOD").Value; got != method {
		t.Errorf("method %s, want %s", got, method)
	}
	return calendar.Events()[0]
}

func TestLetter_LongWordsAreFoldedBetweenCharacters(t *testing.T) {
	m := message(t, notify.Upcoming)
	m.Subject = strings.Repeat("größer, ", 40) + "Ende; \\ fertig"
	got, err := event(t, delivered(t, m)[0], "REQUEST").Props.Text("SUMMARY")
	if err != nil || got != m.Subject {
		t.Errorf("%q, %v", got, err)
	}
}

func TestLetter_ARecipientThatIsNoneIsPermanent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, mail.StartTLS)
		channel, err := mail.New(s.settings(), "")
		if err != nil {
			t.Fatal(err)
		}
		m := message(t, notify.Reopened)
		for _, to := range []string{"", "nobody", "a@example.com\r\nBcc: b@example.com"} {
			m.To = to
			if err := channel.Send(t.Context(), m); !notify.IsPermanent(err) || s.dials > 0 {
				t.Errorf("%q: %v after %d connections", to, err, s.dials)
			}
		}
	})
}
