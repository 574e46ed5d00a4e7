package nginx

import (
	"strings"
	"testing"
)

func TestWorkersOf_ReadsListsOfProcesses(t *testing.T) {
	list := `    PID COMMAND
      1 nginx: master process nginx -g daemon off;
     29 nginx: worker process is shutting down
     31 nginx: worker process
     x1 nginx: worker process
     40 vi nginx: worker process
`
	got := workersOf(list)
	if len(got) != 2 || got[0] != (worker{PID: 29, Leaving: true}) || got[1] != (worker{PID: 31}) {
		t.Errorf("%+v", got)
	}
}

func FuzzWorkersOf(f *testing.F) {
	f.Add("29 nginx: worker process is shutting down\n")
	f.Add("\x00 nginx: worker process")
	f.Fuzz(func(t *testing.T, list string) {
		for _, w := range workersOf(list) {
			if w.PID <= 0 {
				t.Errorf("%+v of %q", w, list)
			}
		}
		if n := len(workersOf(list)); n > strings.Count(list, workerTitle) {
			t.Errorf("%d workers in %q", n, list)
		}
	})
}
