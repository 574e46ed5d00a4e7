package fault_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeptrusts/ktops/cmd/ktsim/fault"
)

func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestFromEnv_ReadsEachFault(t *testing.T) {
	tests := map[string]struct {
		env  map[string]string
		want fault.Faults
	}{
		"none":           {nil, fault.Faults{}},
		"slow boot":      {map[string]string{"KT_FAULT_SLOW_BOOT": "5s"}, fault.Faults{SlowBoot: 5 * time.Second}},
		"crash at boot":  {map[string]string{"KT_FAULT_CRASH": "boot"}, fault.Faults{CrashAtBoot: true}},
		"crash later":    {map[string]string{"KT_FAULT_CRASH": "after:3s"}, fault.Faults{CrashAfter: 3 * time.Second}},
		"unhealthy":      {map[string]string{"KT_FAULT_UNHEALTHY": "1"}, fault.Faults{Unhealthy: true}},
		"bad migration":  {map[string]string{"KT_FAULT_MIGRATION": "fail"}, fault.Faults{MigrationFails: true}},
		"slow migration": {map[string]string{"KT_FAULT_MIGRATION": "slow:10s"}, fault.Faults{MigrationSlow: 10 * time.Second}},
		"a new schema":   {map[string]string{"KT_IGNORE_MISSING": "1"}, fault.Faults{IgnoresMissing: true}},
		"slow query":     {map[string]string{"KT_FAULT_SLOW_QUERY": "2s"}, fault.Faults{SlowQuery: 2 * time.Second}},
		"error rate":     {map[string]string{"KT_FAULT_ERROR_RATE": "0.05"}, fault.Faults{ErrorRate: 0.05}},
		"slowness":       {map[string]string{"KT_FAULT_SLOWNESS": "3"}, fault.Faults{Slowness: 3}},
		"policy errors":  {map[string]string{"KT_FAULT_POLICY_ERROR_RATE": "0.05"}, fault.Faults{PolicyErrorRate: 0.05}},
		"latency":        {map[string]string{"KT_FAULT_LATENCY": "200ms"}, fault.Faults{Latency: 200 * time.Millisecond}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := fault.FromEnv(env(test.env))
			if err != nil || got != test.want {
				t.Errorf("got %+v, %v; want %+v", got, err, test.want)
			}
		})
	}
}

func TestFromEnv_ReportsEverythingAtOnce(t *testing.T) {
	_, err := fault.FromEnv(env(map[string]string{
		"KT_FAULT_SLOW_BOOT": "soon", "KT_FAULT_CRASH": "later", "KT_FAULT_ERROR_RATE": "5", "KT_FAULT_MIGRATION": "slow:-1s",
	}))
	if err == nil {
		t.Fatal("got no error")
	}
	for _, name := range []string{"KT_FAULT_SLOW_BOOT", "KT_FAULT_CRASH", "KT_FAULT_ERROR_RATE", "KT_FAULT_MIGRATION"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not name %s: %v", name, err)
		}
	}
}

// answer is the status that a healthy service gives with the faults in front of it.
func answer(t *testing.T, faults fault.Faults) int {
	t.Helper()
	healthy := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	refuse := func(w http.ResponseWriter, status int, _ string) { w.WriteHeader(status) }
	recorder := httptest.NewRecorder()
	faults.Handler(healthy, refuse).ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	return recorder.Code
}

func TestHandler_ShowsTheFaultsOfRequests(t *testing.T) {
	if got := answer(t, fault.Faults{}); got != http.StatusOK {
		t.Errorf("no fault: got %d", got)
	}
	if got := answer(t, fault.Faults{Unhealthy: true}); got != http.StatusServiceUnavailable {
		t.Errorf("unhealthy: got %d", got)
	}
	if got := answer(t, fault.Faults{ErrorRate: 1}); got != http.StatusInternalServerError {
		t.Errorf("every request an error: got %d", got)
	}
}

func TestHandler_TakesTheTimeItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		answer(t, fault.Faults{Latency: 200 * time.Millisecond})
		if took := time.Since(began); took != 200*time.Millisecond {
			t.Errorf("the answer took %s", took)
		}
	})
}

func TestHandler_TakesTimesAsLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		answer(t, fault.Faults{Latency: 200 * time.Millisecond, Slowness: 3})
		if took := time.Since(began); took != 600*time.Millisecond {
			t.Errorf("the answer took %s", took)
		}
	})
}
