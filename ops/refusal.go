package ops

import "strings"

// Refusal is a no that a person can act on: policy, checks or state forbid what
// was asked, and nothing was touched.
type Refusal struct {
	// Why is one sentence without a final full stop.
	Why string `json:"why"`
	// Findings are the failed checks behind it, if any.
	Findings []Finding `json:"findings,omitempty"`
	// Try is what to do instead, as sentences or as commands such as "upgrade 2.4.3".
	Try []string `json:"try,omitempty"`
	// Cause is what a caller may branch on, such as ErrHeld: somebody is only in the way.
	Cause error `json:"-"`
}

// Unwrap is the cause of the refusal, if it has one.
func (r *Refusal) Unwrap() error { return r.Cause }

// Error is the refusal on one line.
func (r *Refusal) Error() string {
	parts := []string{r.Why}
	for _, f := range r.Findings {
		parts = append(parts, f.Check+": "+f.Fact)
	}
	if len(r.Try) > 0 {
		parts = append(parts, "try: "+strings.Join(r.Try, ", then "))
	}
	return strings.Join(parts, "; ")
}

// Refuse is a Refusal with a reason and what to do instead.
func Refuse(why string, try ...string) error { return &Refusal{Why: why, Try: try} }
