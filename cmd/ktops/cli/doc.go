// Package cli is the command line of ktops. Its commands talk to the daemon of
// this machine where one runs, and work alone on the same journal where none
// does; they cannot tell which. What they print for people is in package
// console.
//
// Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 refused by policy or
// checks.
package cli
