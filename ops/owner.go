package ops

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// newOwner names this process as a holder of leases: host/pid/nonce/namespace.
// The nonce tells a process from an earlier one that had the same number, the
// namespace from one of a container that goes by the same host name.
func newOwner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown-host"
	}
	namespace, err := os.Readlink("/proc/self/ns/pid") // pid:[4026531836]
	if err != nil {
		namespace = "unknown:" + shortID()
	}
	return fmt.Sprintf("%s/%d/%s/%s", host, os.Getpid(), shortID(), strings.Trim(namespace, "pid:[]"))
}

// ownerIsDead reports whether the holder was a process of this host that is
// gone, so that its lease need not run out first. It is false when in doubt:
// fencing protects either way, waiting is only slower.
func ownerIsDead(owner, self string) bool {
	them, me := strings.Split(owner, "/"), strings.Split(self, "/")
	if len(them) != 4 || len(me) != 4 || them[0] != me[0] || them[3] != me[3] || owner == self {
		return false // process numbers mean nothing to each other
	}
	if them[1] == me[1] {
		return them[2] != me[2] // our process number: its earlier holder is gone
	}
	pid, err := strconv.Atoi(them[1])
	return err == nil && pid > 0 && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// shortID is six characters that a person can read out and type.
func shortID() string {
	var raw [4]byte
	_, _ = rand.Read(raw[:]) // never fails (crypto/rand)
	return strings.ToLower(base32.StdEncoding.EncodeToString(raw[:])[:6])
}
