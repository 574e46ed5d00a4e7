package postgres_test

import "testing"

func TestObserve_LooksWhetherWritesAreKeptElsewhere(t *testing.T) {
	database := newDatabase(t, 1)
	s, _ := open(t, database)
	state, err := s.ObserveDatabase(t.Context())
	if err != nil || state.Continuity == nil {
		t.Fatalf("%+v %v", state.Continuity, err)
	}
	mode := value(t, database, "SELECT current_setting('archive_mode')")
	if c := state.Continuity; c.Archive.Mode != mode || c.At.IsZero() || len(c.Replicas) != 0 || (mode == "off") != (c.ZeroLoss() == nil) {
		t.Errorf("%+v", c)
	}
}
