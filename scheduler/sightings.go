package scheduler

import "time"

// sightings are the last signs of life of owners, by what they own.
type sightings map[string]sighting

type sighting struct {
	owner string
	beat  int64
	since time.Time // with its monotonic reading, which no setting of the clock moves
}

// still tells for how long the same sign was seen.
func (s sightings) still(name, owner string, beat int64) time.Duration {
	was, ok := s[name]
	if !ok || was.owner != owner || was.beat != beat {
		s[name] = sighting{owner, beat, time.Now()}
		return 0
	}
	return time.Since(was.since)
}
