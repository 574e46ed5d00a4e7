package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/mail"
	"slices"
	"strconv"
)

// Security is how a connection to the server is encrypted.
type Security string

// The ways to encrypt, as ktops.yaml names them.
const (
	StartTLS      Security = "starttls"      // insisted on, and the server proves its name
	Implicit      Security = "implicit"      // from the first byte, and the server proves its name
	Opportunistic Security = "opportunistic" // if the server offers it, whoever it is
	None          Security = "none"
)

// Server takes e-mail.
type Server struct {
	Host     string
	Port     int
	Security Security
	Username string // empty: the server asks for none
	Password string
	// From is the sender: ktops@example.com, or Operations <ktops@example.com>.
	From string
	// Roots are the authorities that may vouch for the server; nil: the system's.
	Roots *x509.CertPool
	// Dial connects; nil: as the net package does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Channel sends notices as e-mail.
type Channel struct {
	server Server
	from   *mail.Address
	hello  string
}

// New is the channel to a server.
func New(s Server, hostname string) (*Channel, error) {
	from, err := mail.ParseAddress(s.From)
	if err != nil {
		return nil, fmt.Errorf("read the sender %q: %w", s.From, err)
	}
	if !slices.Contains([]Security{StartTLS, Implicit, Opportunistic, None}, s.Security) {
		return nil, fmt.Errorf("there is no way to encrypt e-mail called %q", s.Security)
	}
	if s.Dial == nil {
		s.Dial = (&net.Dialer{}).DialContext
	}
	if hostname == "" {
		hostname = "localhost"
	}
	return &Channel{server: s, from: from, hello: hostname}, nil
}

func (s Server) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

func (s Server) tls() *tls.Config {
	return &tls.Config{
		ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12,
		// Against who only listens, encryption without a name is better than none.
		InsecureSkipVerify: s.Security == Opportunistic,
	}
}
