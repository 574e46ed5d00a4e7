package harness

import "testing"

// Test brings a world up for one test and takes it down with it. It is a test of
// real parts: `go test -short` leaves it out.
func Test(t *testing.T, options Options) *World {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a Docker engine, PostgreSQL and nginx")
	}
	w, err := Up(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Down(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Logf("the world came up in %s", w.Took)
	return w
}

// TestPostgres starts a database server for one test of real parts.
func TestPostgres(t *testing.T) *Postgres {
	t.Helper()
	if testing.Short() {
		t.Skip("needs PostgreSQL")
	}
	server, err := StartPostgres(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return server
}
