// Package control is the daemon's local socket: HTTP and JSON over a Unix
// socket, by which the commands of one machine reach the daemon that runs there.
//
// The client offers the same Service as the operator inside the daemon, so that
// a command cannot tell which of the two it talks to; refusals and the errors
// that callers branch on survive the trip. Who calls is what the kernel says of
// the other end of the socket (SO_PEERCRED), never what the request says.
//
// Long answers are streams of JSON lines: every update of a watched run, and a
// backup's progress followed by its result.
package control
