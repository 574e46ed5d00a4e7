package ops

import (
	"fmt"
	"slices"
	"strings"
)

// checks are those of a way back. What is ill is no reason against it: it may be why
// people want to go back.
func (r retreat) checks(p passage, plan Plan, lost *Written) []Finding {
	checks := []Finding{{Check: "way back", Level: Pass, Fact: p.why}}
	if lost != nil {
		f := Finding{Check: "data", Level: Warn, Fact: "lost: " + lost.Text(),
			Advice: "the database that is live now is kept under another name until its retention ends"}
		if p.way == BackBySnapshot && r.obs.Database.OwnSnapshots {
			f.Advice = "nothing of it is kept: the site's own snapshot command replaces the live database, and cannot be undone"
		}
		checks = append(checks, f)
	}
	checks = append(checks, checkImages(r.obs)...)
	checks = append(checks, r.checkPrevious()...)
	checks = append(checks, r.checkServices()...)
	checks = append(checks, r.checkCompatibility(p))
	if !r.rolls(p) {
		checks = append(checks, r.checkEdge(plan))
	}
	if f, ok := checkLeftovers(r.obs); ok {
		checks = append(checks, f)
	}
	for _, f := range r.obs.Unseen {
		if f.Check != "releases" { // the target is what ran
			checks = append(checks, f)
		}
	}
	return checks
}

// checkPrevious compares the images of the previous version with those that the run
// replaced: a tag that was moved since would bring back something else.
func (r retreat) checkPrevious() []Finding {
	to := r.run.Plan.From
	var findings []Finding
	for _, f := range r.run.Plan.Facts.Running {
		image := r.obs.Platform.Image(f.Component)
		switch {
		case image == nil || image.Missing != "" || f.Version.IsZero():
		case f.Version != to:
			findings = append(findings, Finding{Check: "previous " + string(f.Component), Level: Warn,
				Fact: fmt.Sprintf("%s ran before, and %s takes its place", f.Version, to)})
		case image.ID != "" && f.ImageID != "" && image.ID != f.ImageID:
			findings = append(findings, Finding{Check: "previous " + string(f.Component), Level: Fail,
				Fact:   fmt.Sprintf("the tag was moved: %s is now %s, and %s ran before", image.Ref, short(image.ID), short(f.ImageID)),
				Advice: "give the tag back to the image that ran, and ask again"})
		}
	}
	if findings == nil {
		return []Finding{{Check: "previous images", Level: Pass, Fact: "those that run " + r.run.ID + " replaced, by content"}}
	}
	return findings
}

// checkServices fails what cannot get other containers at all.
func (r retreat) checkServices() []Finding {
	var findings []Finding
	for _, s := range r.obs.Platform.Services {
		f := Finding{Check: "service " + s.Name, Level: Fail}
		switch {
		case s.Replicas == 0:
			f.Fact, f.Advice = "the Compose file asks for none of it", "set its replicas to at least 1"
		case s.Bound != "":
			f.Fact, f.Advice = s.Bound, "nothing can replace its containers; change that setting"
		case s.Variable == "":
			f.Fact, f.Advice = "its image tag is not a variable", "write image: …:${KEEPTRUSTS_"+strings.ToUpper(string(s.Component))+"_TAG} and set it in .env"
		default:
			continue
		}
		findings = append(findings, f)
	}
	if findings == nil {
		return []Finding{{Check: "services", Level: Pass, Fact: "each can get its previous image back"}}
	}
	return findings
}

// apart says why old and new cannot serve side by side while images go back one at a
// time; empty when they can.
func (r retreat) apart() string {
	from, to := r.from(), r.run.Plan.From
	if from.Major != to.Major {
		return fmt.Sprintf("%s and %s are two major versions", from, to)
	}
	need, err := r.env.Rules.Matrix.For(from)
	if err != nil {
		return err.Error()
	}
	if to.CompareLine(need.Gateway) < 0 {
		return fmt.Sprintf("API %s works with gateways from %s on, and gateway %s would meet it", from, need.Gateway.Line(), to)
	}
	return ""
}

func (r retreat) checkCompatibility(p passage) Finding {
	f := Finding{Check: "compatibility", Level: Pass}
	switch from, to := r.from(), r.run.Plan.From; {
	case r.rolls(p):
		f.Fact = fmt.Sprintf("gateway %s works with API %s, which goes back last", to, from)
	case r.obs.Edge != nil:
		f.Fact = "nothing serves while versions differ: the edge is closed"
	default:
		f.Fact = "nothing serves while versions differ: everything is stopped"
	}
	return f
}

// checkEdge tells whether users are told what happens while nothing is served.
func (r retreat) checkEdge(plan Plan) Finding {
	f := Finding{Check: "edge", Level: Warn}
	edge := r.obs.Edge
	switch {
	case edge == nil:
		f.Fact = fmt.Sprintf("ktops does not manage it: users see errors for %s", DurationText(unserved(plan.Steps)))
		f.Advice = "tell them, or add edge.maintenance to ktops.yaml (ktops edge install shows how)"
	case edge.Closed != nil: // and no other run is open
		f.Fact = fmt.Sprintf("run %s has left it closed; this run takes it over and opens it", edge.Closed.Run)
	case len(edge.Findings) > 0:
		worst := slices.IndexFunc(edge.Findings, func(f Finding) bool { return f.Level == Worst(edge.Findings) })
		return edge.Findings[worst]
	default:
		f.Level, f.Fact = Pass, "open, and ready to be closed"
	}
	return f
}

// Text is what was written in one sentence: how many rows, since when, in how many tables.
func (w Written) Text() string {
	if w.Unknown != "" {
		return fmt.Sprintf("what was written since %s is not known: %s", ClockText(w.Since, "UTC"), w.Unknown)
	}
	most, why := "", ""
	if w.AtMost != "" && w.Rows() > 0 {
		most, why = "at most ", " ("+w.AtMost+")"
	}
	return fmt.Sprintf("%s%s written in %s since %s%s", most, plural(int(w.Rows()), "row"), plural(len(w.Tables), "table"), ClockText(w.Since, "UTC"), why)
}
