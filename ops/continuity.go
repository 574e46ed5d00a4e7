package ops

import (
	"fmt"
	"strings"
	"time"
)

// Continuity is what keeps the writes of a database elsewhere as they happen, so that
// they could be had back without any loss: by people and their own tools, not by ktops.
type Continuity struct {
	// At is when it was looked at, by the server's clock.
	At      time.Time `json:"at"`
	Archive Archive   `json:"archive"`
	// Replicas are the servers that stream from this one.
	Replicas []Replica `json:"replicas,omitempty"`
}

// Archive is the archiving of the write-ahead log.
type Archive struct {
	// Mode is archive_mode: off, on or always.
	Mode string `json:"mode"`
	// Set reports whether a command or a library archives.
	Set bool `json:"set"`
	// LastAt is when a segment was archived last, and FailedAt when one could not be; zero: never.
	LastAt   time.Time `json:"last_at,omitzero"`
	FailedAt time.Time `json:"failed_at,omitzero"`
	Failures int64     `json:"failures,omitempty"`
}

// Replica is a server that streams the write-ahead log.
type Replica struct {
	Name  string `json:"name"`
	State string `json:"state"` // streaming when it is up to date or nearly
	// Sync reports whether the database waits for it before it says that a write is done.
	Sync bool `json:"sync"`
	// Behind is how many bytes it has not applied yet.
	Behind int64 `json:"behind"`
}

// Works reports whether segments are archived, and the last attempt went well.
func (a Archive) Works() bool {
	return a.Mode != "off" && a.Set && !a.LastAt.IsZero() && !a.FailedAt.After(a.LastAt)
}

const largeDatabases = "docs/large-databases.md"

// ZeroLoss tells how the data could be had back to any moment; nil where nothing keeps it.
func (c *Continuity) ZeroLoss() *Finding {
	if c == nil || (c.Archive.Mode == "off" && len(c.Replicas) == 0) {
		return nil
	}
	f := Finding{Check: "zero loss", Level: Pass}
	var facts []string
	switch a := c.Archive; {
	case a.Mode == "off":
	case !a.Set:
		f.Level = Warn
		facts = append(facts, "archive_mode is on, and neither archive_command nor archive_library archives anything")
		f.Advice = "the write-ahead log gathers on the disk until it is full: set one of them"
	case a.Works():
		facts = append(facts, fmt.Sprintf("the write-ahead log is archived, last at %s: a point-in-time restore to then is possible with your archive and a base backup before it",
			a.LastAt.UTC().Format("15:04:05 MST on 2 January")))
	case a.LastAt.IsZero() && a.FailedAt.IsZero():
		f.Level = Warn
		facts = append(facts, "archiving is on, and nothing has been archived yet")
	default:
		f.Level = Warn
		facts = append(facts, fmt.Sprintf("archiving fails since %s: a point-in-time restore ends before that", a.FailedAt.UTC().Format("15:04:05 MST on 2 January")))
		f.Advice = "look into the server's log, and repair archive_command; the write-ahead log gathers on its disk meanwhile"
	}
	for _, r := range c.Replicas {
		facts = append(facts, r.String())
	}
	f.Fact = strings.Join(facts, "; ")
	if f.Advice == "" {
		f.Advice = "see " + largeDatabases + " for how to use it; ktops does not do that by itself"
	}
	return &f
}

// String says what a replica is good for. It applies an error as soon as the rest,
// unless it is delayed, which its own server alone knows.
func (r Replica) String() string {
	kind := "replica"
	if r.Sync {
		kind = "synchronous replica"
	}
	return fmt.Sprintf("%s %s is %s, %s behind; whether it delays what it applies (recovery_min_apply_delay) only it can tell", kind, r.Name, r.State, bytesText(r.Behind))
}
