package mail_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/notify/mail"
)

// message is what users are told a day before a window.
func message(t *testing.T, kind notify.Kind) notify.Message {
	t.Helper()
	templates, err := notify.ParseTemplates(nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := templates.Preview(kind, notify.Users, "https://status.example.com/status")
	if err != nil {
		t.Fatal(err)
	}
	m.To = "Ünal <user@example.com>"
	return m
}

// send sends one message to a server in virtual time.
func send(t *testing.T, s *server, client mail.Server) error {
	t.Helper()
	channel, err := mail.New(client, "ktops.example.com")
	if err != nil {
		t.Fatal(err)
	}
	defer s.serving.Wait()
	return channel.Send(t.Context(), message(t, notify.Upcoming))
}

func TestSend_EncryptsAsConfigured(t *testing.T) {
	for name, c := range map[string]struct {
		server, client mail.Security
		auth           string
		trouble        string // empty: the mail arrives
		login          string
		encrypted      bool
	}{
		"starttls":                             {mail.StartTLS, mail.StartTLS, "PLAIN LOGIN", "", "PLAIN ktops encrypted=true", true},
		"starttls, and login alone":            {mail.StartTLS, mail.StartTLS, "LOGIN", "", "LOGIN ktops encrypted=true", true},
		"implicit":                             {mail.Implicit, mail.Implicit, "PLAIN", "", "PLAIN ktops encrypted=true", true},
		"opportunistic, offered":               {mail.StartTLS, mail.Opportunistic, "PLAIN", "", "PLAIN ktops encrypted=true", true},
		"opportunistic, not offered":           {mail.None, mail.Opportunistic, "", "", "", false},
		"none":                                 {mail.StartTLS, mail.None, "", "", "", false},
		"starttls is insisted on":              {mail.None, mail.StartTLS, "PLAIN", "the server offers no STARTTLS", "", false},
		"the password is not sent in the open": {mail.None, mail.Opportunistic, "PLAIN LOGIN", "log in: ", "", false},
		"ways to log in that are not known":    {mail.StartTLS, mail.StartTLS, "GSSAPI", `but "GSSAPI"`, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, c.server)
				s.auth = c.auth
				client := s.settings()
				client.Security = c.client
				if c.auth == "" {
					client.Username = ""
				}
				err := send(t, s, client)
				if (c.trouble == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), c.trouble)) {
					t.Fatalf("error %v, want that it says %q", err, c.trouble)
				}
				if err != nil && (len(s.letters)+len(s.logins) > 0 || strings.Contains(err.Error(), password) || notify.IsPermanent(err)) {
					t.Errorf("after %v: letters %+v, logins %q", err, s.letters, s.logins)
				}
				if c.trouble != "" {
					return
				}
				if len(s.letters) != 1 || s.letters[0].from != "ktops@example.com" || s.letters[0].to != "user@example.com" || s.letters[0].encrypted != c.encrypted {
					t.Errorf("letters: %+v", s.letters)
				}
				if got := strings.Join(s.logins, ", "); got != c.login {
					t.Errorf("logins: %s, want %s", got, c.login)
				}
			})
		})
	}
}

func TestSend_AServerThatCannotProveItsNameGetsNothing(t *testing.T) {
	for _, security := range []mail.Security{mail.StartTLS, mail.Implicit} {
		s := newServer(t, security)
		s.overTheNetwork(t)
		client := s.settings()
		client.Roots = newServer(t, security).roots // that vouch for another
		err := send(t, s, client)
		if err == nil || !strings.Contains(err.Error(), "certificate signed by unknown authority") || notify.IsPermanent(err) || len(s.letters)+len(s.logins) > 0 {
			t.Errorf("%s: %v; letters %+v, logins %q", security, err, s.letters, s.logins)
		}
	}
}

func TestSend_EachStepHasItsLimit(t *testing.T) {
	const half, more = 30 * time.Second, 90 * time.Second
	for silent, c := range map[string]struct {
		security mail.Security
		step     string
		limit    time.Duration
	}{
		"greeting":  {mail.StartTLS, "greeting", half},
		"EHLO":      {mail.StartTLS, "hello", half},
		"STARTTLS":  {mail.StartTLS, "encrypt", half},
		"handshake": {mail.StartTLS, "encrypt", half},
		"AUTH":      {mail.StartTLS, "log in", half},
		"MAIL":      {mail.StartTLS, "sender", half},
		"RCPT":      {mail.StartTLS, "recipient", half},
		"DATA":      {mail.StartTLS, "text", more},
		"text":      {mail.StartTLS, "text", more},
	} {
		t.Run(silent, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, c.security)
				s.silent = silent
				began := time.Now()
				err := send(t, s, s.settings())
				if err == nil || !strings.Contains(err.Error(), "mail.example.com:587: "+c.step+": ") || notify.IsPermanent(err) {
					t.Errorf("error %v, want one of the step %q that is worth another try", err, c.step)
				}
				// A step that failed may still take a goodbye, within its own limit.
				if took := time.Since(began); took < c.limit || took > c.limit+5*time.Second {
					t.Errorf("it took %s, and may take %s", took, c.limit)
				}
			})
		})
	}
}

func TestSend_AHandshakeFromTheFirstByteHasItsLimitToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, mail.Implicit)
		s.silent = "handshake"
		began := time.Now()
		err := send(t, s, s.settings())
		if took := time.Since(began); err == nil || notify.IsPermanent(err) || took < 30*time.Second || took > 35*time.Second {
			t.Errorf("after %s: %v", took, err)
		}
	})
}

func TestSend_AGoodbyeWithoutAnswerIsNoReasonToSendAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, mail.StartTLS)
		s.silent = "QUIT"
		if err := send(t, s, s.settings()); err != nil || len(s.letters) != 1 {
			t.Errorf("%v, letters %d", err, len(s.letters))
		}
	})
}

func TestSend_TellsWhatIsWorthAnotherTry(t *testing.T) {
	for name, c := range map[string]struct {
		verb, answer string
		permanent    bool
	}{
		"a recipient that does not exist":  {"RCPT", "550 5.1.1 no such user", true},
		"a recipient that is greylisted":   {"RCPT", "451 4.7.1 come back later", false},
		"a sender that is refused":         {"MAIL", "550 5.7.1 not yours", true},
		"a server that is short of space":  {"MAIL", "452 4.3.1 no space", false},
		"a text that is taken for spam":    {"text", "554 5.7.1 spam", true},
		"a text that cannot be stored now": {"text", "451 4.3.0 try again", false},
		"no texts at all":                  {"DATA", "503 5.5.1 not now", true},
		"a server that closes":             {"EHLO", "421 4.3.2 shutting down", false},
		"a server that wants nobody":       {"greeting", "554 no", false},
		"a wrong password":                 {"AUTH", "535 5.7.8 no", false},
		"no certificate at the moment":     {"STARTTLS", "454 4.7.0 not available", false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, mail.StartTLS)
				s.answers[c.verb] = c.answer
				err := send(t, s, s.settings())
				code, _, _ := strings.Cut(c.answer, " ")
				if err == nil || notify.IsPermanent(err) != c.permanent || !strings.Contains(err.Error(), code) || strings.Contains(err.Error(), password) {
					t.Errorf("permanent %v, want %v: %v", notify.IsPermanent(err), c.permanent, err)
				}
			})
		})
	}
}

func TestSend_EndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, mail.StartTLS)
		s.silent = "text"
		channel, err := mail.New(s.settings(), "")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		err = channel.Send(ctx, message(t, notify.Reopened))
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != time.Second {
			t.Errorf("after %s: %v", took, err)
		}
		s.serving.Wait()
	})
}

func TestSend_OverTheNetwork(t *testing.T) {
	s := newServer(t, mail.StartTLS)
	s.overTheNetwork(t)
	if err := send(t, s, s.settings()); err != nil || len(s.letters) != 1 {
		t.Errorf("%v, letters %d", err, len(s.letters))
	}
}

func TestSend_NobodyListens(t *testing.T) {
	channel, err := mail.New(mail.Server{Host: "127.0.0.1", Port: 1, Security: mail.None, From: "ktops@example.com"}, "")
	if err != nil {
		t.Fatal(err)
	}
	err = channel.Send(t.Context(), message(t, notify.Reopened))
	if err == nil || notify.IsPermanent(err) || !strings.Contains(err.Error(), "127.0.0.1:1: connect: ") {
		t.Errorf("%v", err)
	}
}

func TestNew_RefusesWhatCannotWork(t *testing.T) {
	for _, s := range []mail.Server{
		{Host: "mail.example.com", From: "nobody", Security: mail.StartTLS},
		{Host: "mail.example.com", From: "ktops@example.com", Security: "ssl"},
	} {
		if _, err := mail.New(s, ""); err == nil {
			t.Errorf("%+v is accepted", s)
		}
	}
}
