// Package scheduler opens maintenance windows: it knows when they are due, does what
// is to be done in them in order, and keeps what became of each.
//
// An occurrence is stored under the wall-clock time that was meant before anything is
// done in it, so that neither a restart nor a second scheduler on the same database
// opens it twice, whatever the clock of the machine does meanwhile. Who works in an
// occurrence gives signs of life; when they stop, another goes on where it was left.
// What is allowed is decided in package ops, never here.
package scheduler
