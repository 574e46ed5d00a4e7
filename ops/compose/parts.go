package compose

import (
	"slices"

	"github.com/moby/moby/api/types/container"
)

// parts are the containers of a service, by what a window makes of them.
type parts struct {
	ours   []instance // of the aim, no more than declared: run, or can be started
	ending []instance // were told to stop and have not ended yet
	broken []instance // of the aim, but in a state that no start helps
	others []instance // of anything else, or more than declared
}

// part sorts a service's containers. Those of the aim that run come first, so that
// what is there already is not made anew.
func (a aim) part(all []instance) parts {
	var p parts
	for _, i := range all {
		switch {
		case i.up() && !i.told.IsZero():
			p.ending = append(p.ending, i)
		case !a.of(i):
			p.others = append(p.others, i)
		case startable(i):
			p.ours = append(p.ours, i)
		default:
			p.broken = append(p.broken, i)
		}
	}
	slices.SortStableFunc(p.ours, func(x, y instance) int { return rank(x) - rank(y) })
	if surplus := a.replicas; len(p.ours) > surplus {
		p.others = append(p.others, p.ours[surplus:]...)
		p.ours = p.ours[:surplus]
	}
	return p
}

// startable reports whether the container runs, or would if it were started. One
// that ends again and again is made anew, for Docker waits ever longer between.
func startable(i instance) bool {
	switch i.state.Status {
	case container.StateRunning, container.StateCreated, container.StateExited:
		return true
	}
	return false
}

func rank(i instance) int {
	if i.state.Status == container.StateRunning {
		return 0
	}
	return 1
}

// running are those that are up.
func running(all []instance) []instance {
	return slices.DeleteFunc(slices.Clone(all), func(i instance) bool { return !i.up() })
}

// without are those that are not among others.
func without(all, others []instance) []instance {
	return slices.DeleteFunc(slices.Clone(all), func(i instance) bool {
		return slices.ContainsFunc(others, func(o instance) bool { return o.id == i.id })
	})
}
