package compose

import (
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
)

func TestPart_EveryContainerHasItsPlace(t *testing.T) {
	one := func(id string, status container.ContainerState, change func(*instance)) instance {
		i := instance{id: id, image: "gateway:2", imageID: "b", hash: "new", state: &container.State{Status: status}}
		if change != nil {
			change(&i)
		}
		return i
	}
	old := func(i *instance) { i.image = "gateway:1" }
	moved := func(i *instance) { i.imageID = "a" }
	stale := func(i *instance) { i.hash = "old" }
	told := func(i *instance) { i.told = time.Now() }
	for _, c := range []struct {
		name                       string
		all                        []instance
		ours, ending, broken, rest string
	}{
		{name: "nothing there"},
		{"the old ones stopped", []instance{one("1", "exited", old), one("2", "exited", old)}, "", "", "", "1 2"},
		{"made and not started", []instance{one("1", "exited", old), one("2", "created", nil)}, "2", "", "", "1"},
		{"those that run come first", []instance{one("1", "created", nil), one("2", "running", nil)}, "2 1", "", "", ""},
		{"more than declared", []instance{one("1", "exited", nil), one("2", "running", nil), one("3", "running", nil)}, "2 3", "", "", "1"},
		{"another content or configuration is old", []instance{one("1", "running", moved), one("2", "running", stale)}, "", "", "", "1 2"},
		{"crashing, dead and paused are made anew", []instance{one("1", "restarting", nil), one("2", "dead", nil), one("3", "paused", nil)}, "", "", "1 2 3", ""},
		{"told to stop", []instance{one("1", "running", told), one("2", "exited", told)}, "2", "1", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := aim{image: "gateway:2", imageID: "b", hash: "new", replicas: 2}.part(c.all)
			for what, pair := range map[string][2]string{
				"ours": {ids(got.ours), c.ours}, "ending": {ids(got.ending), c.ending},
				"broken": {ids(got.broken), c.broken}, "others": {ids(got.others), c.rest},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s are %q, want %q", what, pair[0], pair[1])
				}
			}
		})
	}
}

func ids(all []instance) string {
	var names []string
	for _, i := range all {
		names = append(names, i.id)
	}
	return strings.Join(names, " ")
}
