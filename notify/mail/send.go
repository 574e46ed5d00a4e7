package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"github.com/keeptrusts/ktops/notify"
)

const (
	// stepLimit is how long one step of the conversation may take.
	stepLimit = 30 * time.Second
	// textLimit is that of the text, which servers look through before they take it.
	textLimit = 90 * time.Second
	// quitLimit is how long to wait for a goodbye that changes nothing.
	quitLimit = 5 * time.Second
)

// Send hands the message over to the server.
func (c *Channel) Send(ctx context.Context, m notify.Message) error {
	letter, err := c.write(m)
	if err != nil {
		return notify.Permanent(err)
	}
	conn, err := c.connect(ctx)
	if err != nil {
		return c.trouble(ctx, "connect", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	talk := &conversation{channel: c, conn: conn}
	for _, s := range talk.steps(letter) {
		if err := conn.SetDeadline(time.Now().Add(s.limit)); err != nil {
			return c.trouble(ctx, s.name, err)
		}
		err := s.do()
		var refusal *textproto.Error
		if errors.As(err, &refusal) && refusal.Code >= 500 && s.aboutMessage {
			return notify.Permanent(c.trouble(ctx, s.name, err))
		}
		if err != nil {
			return c.trouble(ctx, s.name, err)
		}
	}
	talk.goodbye()
	return nil
}

func (c *Channel) trouble(ctx context.Context, step string, err error) error {
	if ctx.Err() != nil {
		err = ctx.Err() // the closed connection is only its consequence
	}
	return fmt.Errorf("send by mail server %s: %s: %w", c.server.address(), step, err)
}

// connect is a connection on which the server may speak.
func (c *Channel) connect(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	conn, err := c.server.Dial(ctx, "tcp", c.server.address())
	if err != nil || c.server.Security != Implicit {
		return conn, err
	}
	secured := tls.Client(conn, c.server.tls())
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secured, nil
}

// step is one exchange with the server.
type step struct {
	name  string
	limit time.Duration
	// aboutMessage is set where a refusal is about this message or recipient, and not
	// about ktops or its configuration.
	aboutMessage bool
	do           func() error
}

type conversation struct {
	channel *Channel
	conn    net.Conn
	client  *smtp.Client
}

func (t *conversation) steps(l letter) []step {
	return []step{
		{"greeting", stepLimit, false, t.greet},
		{"hello", stepLimit, false, func() error { return t.client.Hello(t.channel.hello) }},
		{"encrypt", stepLimit, false, t.encrypt},
		{"log in", stepLimit, false, t.logIn},
		{"sender", stepLimit, true, func() error { return t.client.Mail("<" + l.from + ">") }},
		{"recipient", stepLimit, true, func() error { return t.client.Rcpt("<" + l.to + ">") }},
		{"text", textLimit, true, func() error { return t.text(l.text) }},
	}
}

func (t *conversation) greet() error {
	var err error
	if t.client, err = smtp.NewClient(t.conn, t.channel.server.Host); err == nil {
		t.client.SkipSMTPUTF8(true) // not every server on the way has it, and nothing of ours needs it
	}
	return err
}

func (t *conversation) encrypt() error {
	s := t.channel.server
	if s.Security == Implicit || s.Security == None {
		return nil
	}
	if offered, _ := t.client.Extension("STARTTLS"); !offered {
		if s.Security == Opportunistic {
			return nil
		}
		return errors.New("the server offers no STARTTLS; set tls to implicit or opportunistic if that is right")
	}
	return t.client.StartTLS(s.tls())
}

func (t *conversation) logIn() error {
	s := t.channel.server
	if s.Username == "" {
		return nil
	}
	_, offered := t.client.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	var auth smtp.Auth
	switch {
	case slices.Contains(ways, "PLAIN"):
		auth = smtp.PlainAuth("", s.Username, s.Password, s.Host, false)
	case slices.Contains(ways, "LOGIN"):
		auth = smtp.LoginAuth(s.Username, s.Password, s.Host, false)
	default:
		return fmt.Errorf("the server offers none of the ways that ktops knows (PLAIN, LOGIN), but %q", offered)
	}
	return t.client.Auth(auth)
}

func (t *conversation) text(text []byte) error {
	w, err := t.client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	return w.Close()
}

// goodbye ends the conversation; the message is the server's already.
func (t *conversation) goodbye() {
	if t.conn.SetDeadline(time.Now().Add(quitLimit)) == nil {
		_ = t.client.Quit()
	}
}
