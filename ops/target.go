package ops

import (
	"fmt"
	"slices"
	"strings"
)

// checkTarget refuses a target that cannot be reached from here in one run, and
// says what to type instead.
func checkTarget(o Observation, from Version, req Request, rules Rules) error {
	to := req.Target
	switch {
	case len(o.Releases) > 0 && !slices.Contains(o.Releases, to):
		return unknownRelease(o.Releases, from, to)
	case to.Compare(from) < 0:
		return Refuse(fmt.Sprintf("%s runs %s; %s is older, and migrations only go forward", o.Environment, from, to),
			wayDown(o)...)
	case atTarget(o, to):
		return Refuse(fmt.Sprintf("%s already runs %s everywhere", o.Environment, to), "verify")
	case to.Major > from.Major+1:
		stop := newestOf(o.Releases, func(v Version) bool { return v.Major == from.Major+1 })
		return Refuse(fmt.Sprintf("%s to %s skips a major version", from, to),
			upgradeTo(stop, fmt.Sprintf("%d.0", from.Major+1)), "upgrade "+to.String())
	}
	return checkHops(o, from, to, rules)
}

// wayDown is how to get to an older version.
func wayDown(o Observation) []string {
	if o.Regret != "" {
		return []string{"rollback " + o.Regret}
	}
	return []string{"the operator guide's Rollback Procedures: they restore the backup from before, and lose what was written since"}
}

// checkHops refuses a target at which the gateways that still run the old
// version would not work with the new API, and plans the stops between.
func checkHops(o Observation, from, to Version, rules Rules) error {
	gateway := oldest(o.Platform.Service(Gateway), from)
	need, err := rules.Matrix.For(to)
	if err != nil {
		return err
	}
	if to.Major != from.Major || gateway.CompareLine(need.Gateway) >= 0 {
		return nil
	}
	var try []string
	for _, stop := range hops(o.Releases, gateway, to, rules.Matrix) {
		try = append(try, "upgrade "+stop)
	}
	return Refuse(fmt.Sprintf("API %s works with gateways from %s on, and gateway %s still serves while the API is upgraded",
		to, need.Gateway.Line(), gateway), try...)
}

// hops are the stops from one version to another, each the furthest line whose
// API tolerates the gateways of the stop before.
func hops(releases []Version, at, to Version, matrix Matrix) []string {
	var stops []string
	for at.CompareLine(to) < 0 {
		next := at
		for minor := at.Minor + 1; minor <= to.Minor; minor++ {
			line := Version{Major: to.Major, Minor: minor}
			need, err := matrix.For(line)
			if err == nil && at.CompareLine(need.Gateway) >= 0 {
				next = line
			}
		}
		if next == at {
			return nil // the matrix allows no way at all
		}
		at = next
		if at.CompareLine(to) == 0 {
			return append(stops, to.String())
		}
		stop := newestOf(releases, func(v Version) bool { return v.CompareLine(at) == 0 })
		stops = append(stops, strings.TrimPrefix(upgradeTo(stop, fmt.Sprintf("%d.%d", at.Major, at.Minor)), "upgrade "))
	}
	return stops
}

func unknownRelease(releases []Version, from, to Version) error {
	near := newestOf(releases, func(v Version) bool { return v.CompareLine(to) == 0 && v.Compare(from) > 0 })
	if near.IsZero() {
		near = newestOf(releases, func(v Version) bool { return v.Pre == "" && v.Compare(from) > 0 })
	}
	newest := slices.Clone(releases)
	slices.SortFunc(newest, func(a, b Version) int { return b.Compare(a) })
	var names []string
	for _, v := range newest[:min(len(newest), 5)] {
		names = append(names, v.String())
	}
	return Refuse(fmt.Sprintf("there is no release %s; the newest are %s", to, strings.Join(names, ", ")), offer(near)...)
}

// offer is what to do instead: upgrade to a release, where there is one.
func offer(v Version) []string {
	if v.IsZero() {
		return []string{"status"}
	}
	return []string{upgradeTo(v, "")}
}

func newestOf(releases []Version, want func(Version) bool) Version {
	var best Version
	for _, v := range releases {
		if want(v) && (best.IsZero() || v.Compare(best) > 0) {
			best = v
		}
	}
	return best
}

func upgradeTo(v Version, otherwise string) string {
	if v.IsZero() {
		return "upgrade " + otherwise
	}
	return "upgrade " + v.String()
}

func atTarget(o Observation, to Version) bool {
	for _, s := range o.Platform.Services {
		img := o.Platform.Image(s.Component)
		for _, c := range s.Containers {
			if c.Version != to || (img != nil && img.ID != "" && c.ImageID != img.ID) {
				return false
			}
		}
		if len(s.Containers) < s.Replicas {
			return false
		}
	}
	return true
}

func oldest(s *Service, otherwise Version) Version {
	if s == nil {
		return otherwise
	}
	lowest := otherwise
	for _, c := range s.Containers {
		if !c.Version.IsZero() && c.Version.Compare(lowest) < 0 {
			lowest = c.Version
		}
	}
	return lowest
}
