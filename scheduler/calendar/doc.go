// Package calendar tells when recurring windows open, on every day and in every
// zone: cron says the wall-clock time, an IANA zone says which clock.
//
// The rule is: once per intended day. Imagine a person who sits before the zone's
// clock with a list of the times that are meant. A time is due at the first moment
// at which the clock shows it or a later one, and is then crossed off. So one that
// the clocks skip in spring is due when they have been set, one that comes twice in
// autumn is due the first time, and times that become due at one moment are one
// start, named after the first of them. Only a day of which the zone shows nothing
// at all (Pacific/Apia, 30 December 2011) has no start.
//
// robfig/cron only parses and counts, in a calendar without clock changes; what
// instant a wall-clock time is, is decided here.
package calendar
