package control

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/user"
	"strconv"
	"syscall"

	"github.com/keeptrusts/ktops/ops"
)

type peerKey struct{}

// withPeer keeps who is at the other end of a connection in its requests'
// contexts.
func withPeer(ctx context.Context, conn net.Conn) context.Context {
	actor, err := peerOf(conn)
	if err != nil {
		return ctx // answered with a refusal, see actorOf
	}
	return context.WithValue(ctx, peerKey{}, actor)
}

var errNoPeer = errors.New("the kernel does not say who calls; the request is not answered")

func actorOf(ctx context.Context) (ops.Actor, error) {
	actor, ok := ctx.Value(peerKey{}).(ops.Actor)
	if !ok {
		return ops.Actor{}, errNoPeer
	}
	return actor, nil
}

// peerOf asks the kernel whose process connected (unix(7), SO_PEERCRED).
func peerOf(conn net.Conn) (ops.Actor, error) {
	unixConn, ok := conn.(*net.UnixConn)
	if !ok {
		return ops.Actor{}, errNoPeer
	}
	raw, err := unixConn.SyscallConn()
	if err != nil {
		return ops.Actor{}, fmt.Errorf("look at the socket: %w", err)
	}
	var cred *syscall.Ucred
	var credErr error
	err = raw.Control(func(fd uintptr) {
		cred, credErr = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err := errors.Join(err, credErr); err != nil {
		return ops.Actor{}, fmt.Errorf("ask who calls: %w", err)
	}
	return UnixActor(int(cred.Uid)), nil
}

// UnixActor is a user of this machine as policies name them: unix:NAME, or
// unix:NUMBER where the number has no name.
func UnixActor(uid int) ops.Actor {
	name := strconv.Itoa(uid)
	if u, err := user.LookupId(name); err == nil {
		name = u.Username
	}
	return ops.Actor{ID: "unix:" + name, Name: name}
}
