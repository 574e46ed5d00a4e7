package api_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/keeptrusts/ktops/cmd/ktsim/fault"
	"github.com/keeptrusts/ktops/cmd/ktsim/migrate"
	"github.com/keeptrusts/ktops/internal/harness"
)

func TestAPI_OldCannotServeWhereAColumnWasRenamed(t *testing.T) {
	db := harness.TestPostgres(t)
	older, err := start(t, db, "2.4.3", fault.Faults{})
	if err != nil {
		t.Fatal(err)
	}
	newer, err := start(t, db, "2.5.0-rename", fault.Faults{})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		"/v1/events": http.StatusInternalServerError, "/health/ready": http.StatusServiceUnavailable,
		"/v1/exports": http.StatusOK, "/health": http.StatusOK,
	} {
		if status, _ := ask(t, http.MethodGet, older+path, token, ""); status != want {
			t.Errorf("the old one answers %d to %s, want %d", status, path, want)
		}
		if status, _ := ask(t, http.MethodGet, newer+path, token, ""); status != http.StatusOK {
			t.Errorf("the new one answers %d to %s", status, path)
		}
	}
	if status, _ := ask(t, http.MethodPost, newer+"/v1/events", token, `{"kind":"k","gateway":"g"}`); status != http.StatusCreated {
		t.Errorf("the new one answers %d to an event", status)
	}
}

func TestAPI_OldStartsOnANewerSchemaOnlyWhereItsImageIgnoresWhatIsMissing(t *testing.T) {
	db := harness.TestPostgres(t)
	if _, err := start(t, db, "2.5.0", fault.Faults{}); err != nil {
		t.Fatal(err)
	}
	if _, err := start(t, db, "2.4.3", fault.Faults{}); !errors.Is(err, migrate.ErrMissing) {
		t.Errorf("got %v", err)
	}
	older, err := start(t, db, "2.4.3", fault.Faults{IgnoresMissing: true})
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := ask(t, http.MethodPost, older+"/v1/events", token, `{"kind":"k","gateway":"g"}`); status != http.StatusCreated {
		t.Errorf("it answers %d to an event", status)
	}
}
