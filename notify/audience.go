package notify

import "slices"

// Audience is who reads a channel.
type Audience string

// The audiences.
const (
	Users     Audience = "users"     // who notices when the platform is closed
	Operators Audience = "operators" // who looks after it
	Leaders   Audience = "leaders"   // who answers for it
)

// Audiences are all of them.
func Audiences() []Audience { return []Audience{Users, Operators, Leaders} }

// AudiencesOf are the audiences that a kind of notice concerns. Whoever is invited
// is told when it is cancelled.
func AudiencesOf(kind Kind) []Audience {
	switch kind {
	case Upcoming, Cancelled, Reopened, RolledBack:
		return []Audience{Users, Operators, Leaders}
	case Opened, Overrun:
		return []Audience{Users, Operators}
	case Failed, Missed, Alarm:
		return []Audience{Operators, Leaders}
	}
	return []Audience{Operators}
}

// hears reports whether the notice is for an audience.
func (n Notice) hears(a Audience) bool {
	if len(n.Audiences) > 0 {
		return slices.Contains(n.Audiences, a)
	}
	return slices.Contains(AudiencesOf(n.Kind), a)
}
