package postgres_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"strconv"
	"testing"

	"github.com/keeptrusts/ktops/ops/postgres"
)

// falling is a network that goes away when a client says a word: from then on
// nothing is passed on, and nobody is told.
func falling(t *testing.T, server, word string) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(t.Context(), func() { _ = client.Close() })
			go passOn(client, server, word)
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}

func passOn(client net.Conn, server, word string) {
	defer func() { _ = client.Close() }()
	upstream, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer func() { _ = upstream.Close() }()
	go func() { _, _ = io.Copy(client, upstream) }()
	buffer := make([]byte, 64<<10)
	for gone := false; ; {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		gone = gone || bytes.Contains(buffer[:n], []byte(word))
		if !gone {
			_, _ = upstream.Write(buffer[:n])
		}
	}
}

func TestApplied_NetworkThatGoesAwayDoesNotKeepItForEver(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as the limit")
	}
	t.Parallel()
	s, _ := open(t, newDatabase(t, 0), func(o *postgres.Options) {
		o.SSLMode = "disable"
		o.Port = falling(t, net.JoinHostPort(o.Host, strconv.Itoa(o.Port)), "_sqlx_migrations")
	})
	_, err := s.Applied(t.Context())
	wantError(t, err, "list the applied migrations", "no answer within 10 seconds")
}
