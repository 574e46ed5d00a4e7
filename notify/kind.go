package notify

// Kind says what a notice is about.
type Kind string

// The kinds of notices.
const (
	Upcoming          Kind = "upcoming"           // a window with an approved run comes
	Cancelled         Kind = "cancelled"          // what was announced does not take place
	Opened            Kind = "opened"             // the edge is closed, the work began
	Overrun           Kind = "overrun"            // it takes longer than the window
	Reopened          Kind = "reopened"           // users are let in again
	RolledBack        Kind = "rolled-back"        // everything was put back
	Failed            Kind = "failed"             // it could not be put back
	Held              Kind = "held"               // it stopped and waits for a person
	Missed            Kind = "missed"             // a window passed unused
	AsksAgain         Kind = "asks-again"         // the plan drifted at the opening
	MaintenanceEnding Kind = "maintenance-ending" // the edge soon opens by itself
	Alarm             Kind = "alarm"              // a person must look now
	OccurrenceFailed  Kind = "occurrence-failed"  // a recurring backup or drill failed
)

// Kinds are all kinds, in the order in which a window meets them.
func Kinds() []Kind {
	return []Kind{Upcoming, Cancelled, Opened, Overrun, MaintenanceEnding, Reopened, RolledBack, Failed, Held,
		Missed, AsksAgain, Alarm, OccurrenceFailed}
}
