package nginx

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// mostAsked is more than any request or answer has.
const mostAsked = 4 << 20

// reply is an answer on its way, or why there is none.
type reply struct {
	answer
	Error string `json:"error,omitempty"`
}

// Serve answers one request on behalf of this machine: a JSON object in, another
// out. The commands and the folder are those of the options; a request names only
// what is wanted.
func Serve(ctx context.Context, o HostOptions, in io.Reader, out io.Writer) error {
	m, err := newMachine(o)
	if err != nil {
		return err
	}
	var r request
	asked := json.NewDecoder(io.LimitReader(in, mostAsked))
	asked.DisallowUnknownFields()
	var said reply
	if err = asked.Decode(&r); err != nil {
		err = fmt.Errorf("read the request: %w", err)
	} else {
		said.answer, err = m.ask(ctx, r)
	}
	if err != nil {
		said.Error = err.Error()
	}
	if err := json.NewEncoder(out).Encode(said); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// agentTimeout is how long an agent may take: longer than its own commands, so that
// it is the one to say which of them hangs.
const agentTimeout = commandTimeout + 10*time.Second

// unixPrefix marks the path of a socket behind which an agent is started.
const unixPrefix = "unix:"

// agent is a host that is reached through a command or a socket.
type agent struct {
	argv, env []string
	patience  time.Duration
}

func newAgent(argv, env []string) agent { return agent{argv, env, agentTimeout} }

// ask implements host.
func (a agent) ask(ctx context.Context, r request) (answer, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return answer{}, fmt.Errorf("write the request: %w", err)
	}
	said, err := a.carry(ctx, append(body, '\n'))
	if err != nil {
		return answer{}, fmt.Errorf("reach the agent on nginx's machine: %w", err)
	}
	var got reply
	if err := json.Unmarshal([]byte(said), &got); err != nil {
		return answer{}, fmt.Errorf("the agent on nginx's machine did not answer as one: %s", tail(said))
	}
	if got.Error != "" {
		return got.answer, errors.New(got.Error)
	}
	return got.answer, nil
}

// carry brings the request there and the answer back.
func (a agent) carry(ctx context.Context, body []byte) (string, error) {
	if path, ok := strings.CutPrefix(a.argv[0], unixPrefix); ok && len(a.argv) == 1 {
		return a.carryTo(ctx, path, body)
	}
	p, err := runWithin(ctx, a.patience, a.argv, a.env, body)
	return p.out, err
}

func (a agent) carryTo(ctx context.Context, socket string, body []byte) (said string, err error) {
	ctx, cancel := context.WithTimeout(ctx, a.patience)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return "", err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }() // all was read, or there is an error already
	if _, err := conn.Write(body); err != nil {
		return "", err
	}
	var out bytes.Buffer
	if _, err := io.Copy(&out, io.LimitReader(conn, mostAsked)); err != nil {
		return "", errors.Join(ctx.Err(), err)
	}
	return out.String(), nil
}
