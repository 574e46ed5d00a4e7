// Package calendar tells when recurring windows open, on every day and in every
// zone: cron says the wall-clock time, an IANA zone says which clock.
//
// The rule is: once per intended day. A wall-clock time that the clocks skip in
// spring opens when they have been set, one that comes twice in autumn opens the
// first time, and a day that a zone leaves out altogether has no opening.
// robfig/cron only parses and counts, in a calendar without clock changes; what
// instant a wall-clock time is, is decided here.
package calendar
