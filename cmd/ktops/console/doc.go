// Package console puts plans, runs, reports and refusals into words for a
// terminal. Its functions are pure: they give text, and colour only where the
// Style says that it is wanted. A run that is being watched is a Live view that
// is redrawn in place, or Lines where there is no terminal.
package console
