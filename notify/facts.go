package notify

import (
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// Facts are what a template can tell. What a kind of notice does not know is zero.
type Facts struct {
	// Doing says what is done: "upgrade to 3.0.0".
	Doing string `json:"doing,omitempty"`
	From  string `json:"from,omitempty"` // versions
	To    string `json:"to,omitempty"`
	// Window is the name of the maintenance window, and Zone its time zone.
	Window string    `json:"window,omitempty"`
	Zone   string    `json:"zone,omitempty"`
	Opens  time.Time `json:"opens,omitzero"`
	Closes time.Time `json:"closes,omitzero"`
	// Lead is how long before the opening the notice was meant to be sent.
	Lead time.Duration `json:"lead_ns,omitempty"`
	// Estimate is how long the platform is expected to be closed; zero when it is not.
	Estimate time.Duration `json:"estimate_ns,omitempty"`
	// Since is when the platform was closed, Back when it is expected back.
	Since time.Time `json:"since,omitzero"`
	Back  time.Time `json:"back,omitzero"`
	// Closed is how long the platform was closed; zero when it never was.
	Closed time.Duration `json:"closed_ns,omitempty"`
	// StreamsCut counts answers that were cut; -1 when some were that nobody counted.
	StreamsCut int `json:"streams_cut"`
	// Failed counts requests of the probe that were neither answered nor told of the
	// maintenance, of Requests.
	Failed   int `json:"failed"`
	Requests int `json:"requests,omitempty"`
	// Checks are those of the verification.
	Checks []ops.Finding `json:"checks,omitempty"`
	// Verdict is the worst of them: pass, warn or fail.
	Verdict ops.Level `json:"verdict,omitempty"`
	// Untouched is set when a run ended before it had changed anything.
	Untouched bool `json:"untouched,omitempty"`
	// Reason says why. It may name people and machines: users are not told.
	Reason string `json:"reason,omitempty"`
	// Thread is the same for all notices of one announcement, also after its plan was
	// asked for again: calendars know the appointment by it.
	Thread string `json:"thread,omitempty"`
}

// toldTo leaves out what an audience has no business to know.
func (f Facts) toldTo(a Audience) Facts {
	if a == Users {
		f.Reason, f.Checks = "", nil
	}
	return f
}
