package postgres_test

import (
	"encoding/binary"
	"io"
	"net"
	"strconv"
	"sync"
	"testing"

	"github.com/keeptrusts/ktops/ops/postgres"
)

// moment is when, around one statement, something dies.
type moment string

const (
	beforeIt moment = "before" // the server never gets the statement
	duringIt moment = "during" // the server has it, and nobody waits for it
	afterIt  moment = "after"  // the server has done it, and nobody learns that
)

// cutter stands between ktops and PostgreSQL, counts the statements on all
// connections, and at one of them cuts.
type cutter struct {
	listener net.Listener
	at       int
	moment   moment
	// died is called where all of ktops's connections end, as when it is killed; nil:
	// only the connection of the statement ends.
	died func()

	mu      sync.Mutex
	n       int
	conns   []net.Conn
	dead    bool
	working sync.WaitGroup
}

// cutAt starts a cutter for the statement of this number, from 1.
func cutAt(t *testing.T, at int, m moment, died func()) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{listener: l, at: at, moment: m, died: died}
	c.working.Go(c.accept)
	t.Cleanup(c.close)
	return c
}

func (c *cutter) between(o *postgres.Options) { o.Port = c.listener.Addr().(*net.TCPAddr).Port }

// cut reports whether it came to that statement.
func (c *cutter) cut() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n >= c.at
}

func (c *cutter) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port()))
		if err != nil {
			client.Close()
			return
		}
		c.mu.Lock()
		c.conns = append(c.conns, client, server)
		dead := c.dead
		c.mu.Unlock()
		pair := &pair{cutter: c, client: client, server: server}
		if dead {
			pair.end()
		}
		c.working.Go(pair.ask)
		c.working.Go(pair.answer)
	}
}

// kill ends everything: ktops is dead.
func (c *cutter) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = true
	c.listener.Close()
	for _, conn := range c.conns {
		conn.Close()
	}
}

func (c *cutter) close() {
	c.kill()
	c.working.Wait()
}

// pair is one connection through the cutter.
type pair struct {
	cutter         *cutter
	client, server net.Conn
	mu             sync.Mutex
	doomed         bool // ends with the next answer
}

func (p *pair) end() { p.client.Close(); p.server.Close() }

func (p *pair) die() {
	if p.cutter.died != nil {
		p.cutter.died()
		p.cutter.kill()
	}
	p.end()
}

// ask passes on what ktops says, message by message (PostgreSQL: frontend/backend
// protocol). Only the first has no type.
func (p *pair) ask() {
	defer p.end()
	for first := true; ; first = false {
		kind, text, err := message(p.client, first)
		if err != nil {
			return
		}
		due := (kind == 'Q' || kind == 'S') && p.cutter.counts()
		if due && p.cutter.moment == beforeIt {
			p.die()
			return
		}
		if due && p.cutter.moment == afterIt {
			p.mu.Lock()
			p.doomed = true
			p.mu.Unlock()
		}
		if _, err := p.server.Write(text); err != nil {
			return
		}
		if due && p.cutter.moment == duringIt {
			p.die()
			return
		}
	}
}

// counts reports whether this is the statement to cut at.
func (c *cutter) counts() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return c.n == c.at
}

func message(r io.Reader, first bool) (kind byte, text []byte, err error) {
	head := make([]byte, 5)
	if first {
		head = head[:4]
	}
	if _, err := io.ReadFull(r, head); err != nil {
		return 0, nil, err
	}
	size := head[len(head)-4:]
	if !first {
		kind = head[0]
	}
	body := make([]byte, binary.BigEndian.Uint32(size)-4)
	_, err = io.ReadFull(r, body)
	return kind, append(head, body...), err
}

// answer passes on what the server says.
func (p *pair) answer() {
	defer p.end()
	buffer := make([]byte, 32<<10)
	for {
		n, err := p.server.Read(buffer)
		if err != nil {
			return
		}
		p.mu.Lock()
		doomed := p.doomed
		p.mu.Unlock()
		if doomed {
			p.die()
			return
		}
		if _, err := p.client.Write(buffer[:n]); err != nil {
			return
		}
	}
}
