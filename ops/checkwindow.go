package ops

import "fmt"

// checkEdge tells whether the edge can be closed.
func checkEdge(edge *EdgeState) []Finding {
	if edge.Closed != nil {
		return []Finding{{Check: "edge", Level: Fail, Fact: fmt.Sprintf("it is closed already, by run %s (%s)", edge.Closed.Run, edge.Closed.Doing),
			Advice: "wait until it is open again, or look at history " + edge.Closed.Run}}
	}
	if len(edge.Findings) == 0 {
		return []Finding{{Check: "edge", Level: Pass, Fact: "open, and ready to be closed"}}
	}
	return edge.Findings
}

// checkSnapshot tells what the way back will be once migrations have run.
func checkSnapshot(o Observation, p Plan) []Finding {
	f := Finding{Check: "snapshot", Level: Pass}
	snapshots := false
	for _, s := range p.Steps {
		snapshots = snapshots || s.Kind == Snapshot
	}
	switch {
	case snapshots && o.Database.OwnSnapshots:
		f.Fact = "the site's own command takes a snapshot behind the closed edge; if anything fails it is put back as it was"
	case snapshots && o.Database.DataFree != nil && *o.Database.DataFree < o.Database.Bytes:
		f.Level, f.Fact = Fail, fmt.Sprintf("a copy of the database needs %s on its disk, %s is free", bytesText(o.Database.Bytes), bytesText(*o.Database.DataFree))
		f.Advice = fmt.Sprintf("free %s more", bytesText(o.Database.Bytes-*o.Database.DataFree))
	case snapshots:
		f.Fact = "the database is copied aside behind the closed edge; if anything fails it is put back as it was"
	case o.Database.NoSnapshot != "":
		f.Level, f.Fact = Warn, "the database cannot be copied aside: "+o.Database.NoSnapshot
		f.Advice = "the backup is taken behind the closed edge instead, which keeps it closed longer, and what fails after migrations waits for a person"
	default:
		f.Fact = "no migration is pending, so the way back is the previous images"
	}
	return []Finding{f}
}
