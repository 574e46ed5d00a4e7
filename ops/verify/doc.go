// Package verify asks Keeptrusts itself how it is: the numbers of the guide's
// Pre-Upgrade Checklist, the five checks of its Post-Upgrade Verification, and a
// probe that stands in the callers' place at the edge for as long as a run goes on.
package verify
