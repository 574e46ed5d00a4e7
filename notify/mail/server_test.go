package mail_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/notify/mail"
)

const (
	hostname = "mail.example.com"
	password = "hunter2-of-ktops"
)

// server is a mail server: what it offers, how it answers, and where it falls silent.
type server struct {
	security mail.Security
	auth     string            // the ways to log in that it offers once it is encrypted
	answers  map[string]string // by verb, in place of the usual one; "text" is that to the text
	silent   string            // the verb that it does not answer, or greeting, handshake, text

	certificate tls.Certificate
	roots       *x509.CertPool
	serving     sync.WaitGroup
	listener    net.Listener // nil: connections need no network

	mu      sync.Mutex
	letters []received
	logins  []string
	dials   int
}

type received struct {
	from, to, text string
	encrypted      bool
}

func newServer(t *testing.T, security mail.Security) *server {
	t.Helper()
	s := &server{security: security, auth: "PLAIN LOGIN", answers: map[string]string{}, roots: x509.NewCertPool()}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: hostname}, DNSNames: []string{hostname},
		NotBefore: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2190, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s.roots.AddCert(leaf)
	s.certificate = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return s
}

// settings are those of a client that knows the server.
func (s *server) settings() mail.Server {
	return mail.Server{Host: hostname, Port: 587, Security: s.security, From: "Keeptrusts operations <ktops@example.com>",
		Username: "ktops", Password: password, Roots: s.roots, Dial: s.dial}
}

// dial connects, by default without a network, so that synctest owns the time.
func (s *server) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	if s.listener != nil {
		return (&net.Dialer{}).DialContext(ctx, network, s.listener.Addr().String())
	}
	client, end := net.Pipe()
	s.mu.Lock()
	s.dials++
	s.mu.Unlock()
	s.serving.Go(func() { s.serve(end) })
	return client, nil
}

// overTheNetwork has the server take one connection on this machine, where what is
// written does not wait for being read.
func (s *server) overTheNetwork(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.serving.Go(func() {
		defer listener.Close()
		if conn, err := listener.Accept(); err == nil {
			s.serve(conn)
		}
	})
	s.listener = listener
}

// serve holds one conversation.
func (s *server) serve(conn net.Conn) {
	defer conn.Close()
	talk := &talk{server: s, conn: conn, lines: bufio.NewReader(conn)}
	if s.security == mail.Implicit {
		if s.isSilentAt("handshake") || !talk.encrypt() {
			talk.fallSilent()
			return
		}
	}
	if !talk.answer("greeting", "220 "+hostname+" ESMTP") {
		return
	}
	for {
		line, err := talk.lines.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !talk.handle(strings.ToUpper(verb), rest) {
			return
		}
	}
}

type talk struct {
	server    *server
	conn      net.Conn
	lines     *bufio.Reader
	encrypted bool
	mail      received
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.letters)
}

func (s *server) isSilentAt(verb string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.silent == verb
}

func (t *talk) fallSilent() { _, _ = io.Copy(io.Discard, t.conn) }

// answer is false when the conversation is over.
func (t *talk) answer(verb, usual string) bool {
	if t.server.isSilentAt(verb) {
		t.fallSilent()
		return false
	}
	if other, ok := t.server.answers[verb]; ok {
		usual = other
	}
	_, err := io.WriteString(t.conn, usual+"\r\n")
	return err == nil && verb != "QUIT"
}

func (t *talk) encrypt() bool {
	conn := tls.Server(t.conn, &tls.Config{Certificates: []tls.Certificate{t.server.certificate}, MinVersion: tls.VersionTLS12})
	if conn.Handshake() != nil {
		return false
	}
	t.conn, t.lines, t.encrypted = conn, bufio.NewReader(conn), true
	return true
}

func (t *talk) handle(verb, rest string) bool {
	switch verb {
	case "EHLO":
		offers := "250-" + hostname + "\r\n"
		if t.server.security == mail.StartTLS && !t.encrypted {
			offers += "250-STARTTLS\r\n"
		}
		if t.server.auth != "" {
			offers += "250-AUTH " + t.server.auth + "\r\n"
		}
		return t.answer(verb, offers+"250 8BITMIME")
	case "HELO": // whoever does not like the answer to EHLO tries this
		return t.answer("EHLO", "250 "+hostname)
	case "STARTTLS":
		if !t.answer(verb, "220 go ahead") {
			return false
		}
		if t.server.isSilentAt("handshake") {
			t.fallSilent()
			return false
		}
		return t.encrypt()
	case "AUTH":
		return t.logIn(rest)
	case "MAIL":
		t.mail = received{from: between(rest), encrypted: t.encrypted}
	case "RCPT":
		t.mail.to = between(rest)
	case "DATA":
		return t.answer(verb, "354 go on") && t.text()
	}
	return t.answer(verb, "250 fine")
}

func (t *talk) text() bool {
	var text strings.Builder
	for {
		line, err := t.lines.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		text.WriteString(strings.TrimPrefix(line, "."))
	}
	t.mail.text = text.String()
	if refusal := t.server.answers["text"]; refusal == "" && !t.server.isSilentAt("text") {
		t.server.mu.Lock()
		t.server.letters = append(t.server.letters, t.mail)
		t.server.mu.Unlock()
	}
	return t.answer("text", "250 taken")
}

func (t *talk) logIn(rest string) bool {
	way, first, _ := strings.Cut(rest, " ")
	var user, pass string
	if way == "PLAIN" {
		parts := strings.Split(decoded(first), "\x00")
		user, pass = parts[1], parts[2]
	} else {
		user, pass = t.ask("Username:"), t.ask("Password:")
	}
	t.server.mu.Lock()
	t.server.logins = append(t.server.logins, fmt.Sprintf("%s %s encrypted=%v", way, user, t.encrypted))
	t.server.mu.Unlock()
	if pass != password {
		return t.answer("AUTH", "535 5.7.8 no")
	}
	return t.answer("AUTH", "235 welcome")
}

func (t *talk) ask(what string) string {
	_, _ = io.WriteString(t.conn, "334 "+base64.StdEncoding.EncodeToString([]byte(what))+"\r\n")
	line, _ := t.lines.ReadString('\n')
	return decoded(strings.TrimSpace(line))
}

func decoded(s string) string {
	text, _ := base64.StdEncoding.DecodeString(s)
	return string(text)
}

func between(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}
