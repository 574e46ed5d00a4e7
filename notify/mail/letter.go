package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/keeptrusts/ktops/notify"
)

// letter is a message as it is handed over.
type letter struct {
	from, to string // addresses alone
	text     []byte
}

func (c *Channel) write(m notify.Message) (letter, error) {
	to, err := mail.ParseAddress(m.To)
	if err != nil {
		return letter{}, fmt.Errorf("read the recipient %q: %w", m.To, err)
	}
	id := identity(m, to.Address)
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary(id))
	msg.FromMailAddress(c.from)
	msg.ToMailAddress(to)
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(id + "@" + domain(c.from.Address))
	msg.SetDateWithValue(m.At)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // nobody's absence note answers (RFC 3834)
	msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	if m.Invitation != nil {
		invitation, err := invite(m, c.from, to)
		if err != nil {
			return letter{}, err
		}
		msg.AddAlternativeString(gomail.ContentType("text/calendar; method="+method(m.Invitation)), invitation)
	}
	var text bytes.Buffer
	if _, err := msg.WriteTo(&text); err != nil {
		return letter{}, fmt.Errorf("write the mail %s: %w", m.Key, err)
	}
	return letter{from: c.from.Address, to: to.Address, text: text.Bytes()}, nil
}

// identity is the same whenever the same notice is sent to the same reader.
func identity(m notify.Message, to string) string {
	sum := sha256.Sum256([]byte(m.Key + "\x00" + string(m.Audience) + "\x00" + to))
	return "ktops-" + hex.EncodeToString(sum[:16])
}

func domain(address string) string {
	return address[strings.LastIndex(address, "@")+1:]
}
