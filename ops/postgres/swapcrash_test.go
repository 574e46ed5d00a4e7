package postgres_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

// Whatever dies in a swap, there is one live database, and the next life finishes.
func TestSwapCrash_Do(t *testing.T) {
	database, task := newMigrated(t, 10, 3)
	s, _ := open(t, database)
	take, direct := s.Handlers()[ops.Snapshot], s.Handlers()[ops.Swap]
	back := rollbackOf(ops.Swap, task, ops.BackBySnapshot)
	for _, d := range deaths {
		cuts := atEveryStatement(t, ops.Swap, d, func() {
			dropAsides(t, database)
			execute(t, database, "DELETE FROM _sqlx_migrations WHERE version > 3")
			back.Run.Request.Rollback.Since = wantDo(t, take, task).Position
			migrate(t, database, 4, 5)
			execute(t, database, "UPDATE tenants SET name = 'renamed' WHERE id <= 3")
		}, func(ctx context.Context, h ops.Handler) error {
			_, err := h.Do(ctx, back)
			return err
		}, func(_ int, err error) {
			oneLive(t, database, "3", "5")
			if err != nil && !d.process {
				t.Errorf("it did not go on by itself: %v", err)
			}
			done, result, err := direct.Done(t.Context(), back)
			if err != nil {
				t.Error(err)
			} else if !done {
				result = wantDo(t, direct, back)
			}
			if result.Lost == nil || result.Lost.Rows() != 3 {
				t.Errorf("lost is %+v, want 3 rows", result.Lost)
			}
			oneLive(t, database, "3")
			wantDatabases(t, database, "", "_kt_abandoned_b4c2")
		})
		t.Logf("%s: %d statements", d, cuts)
	}
}

func TestSwapCrash_Undo(t *testing.T) {
	database, task := newMigrated(t, 10, 3)
	s, _ := open(t, database)
	take, direct := s.Handlers()[ops.Snapshot], s.Handlers()[ops.Swap]
	back := rollbackOf(ops.Swap, task, ops.BackBySnapshot)
	for _, d := range deaths {
		cuts := atEveryStatement(t, ops.Swap, d, func() {
			dropAsides(t, database)
			execute(t, database, "DELETE FROM _sqlx_migrations WHERE version > 3")
			wantDo(t, take, task)
			migrate(t, database, 4, 5)
			wantDo(t, direct, back)
		}, func(ctx context.Context, h ops.Handler) error {
			_, err := h.(ops.Undoer).Undo(ctx, back)
			return err
		}, func(_ int, err error) {
			oneLive(t, database, "3", "5")
			if err != nil && !d.process {
				t.Errorf("it did not go on by itself: %v", err)
			}
			undo(t, direct, back)
			oneLive(t, database, "5")
			wantDatabases(t, database, "", "_kt_7f3a")
			wantDone(t, take, task, true)
		})
		t.Logf("%s: %d statements", d, cuts)
	}
}

// A swap in which nobody can be put in the live one's place changes nothing.
func TestSwap_NeedsAWholeDatabase(t *testing.T) {
	database, task := newMigrated(t, 10, 3)
	s, _ := open(t, database)
	h := s.Handlers()[ops.Swap]
	back := rollbackOf(ops.Swap, task, ops.BackBySnapshot)
	_, err := h.Do(t.Context(), back)
	wantError(t, err, "there is no whole snapshot called "+database+"_kt_7f3a")
	execute(t, "postgres", fmt.Sprintf(`CREATE DATABASE "%s_kt_7f3a" OWNER keeptrusts`, database))
	_, err = h.Do(t.Context(), back)
	wantError(t, err, "there is no whole snapshot")
	oneLive(t, database, "3")

	for what, edit := range map[string]func(*ops.Request){
		"is no rollback":            func(r *ops.Request) { r.Rollback = nil },
		"leaves it as it is":        func(r *ops.Request) { r.Rollback = &ops.Rollback{Run: "7f3a", Way: ops.BackByImages} },
		"part of a database's name": func(r *ops.Request) { r.Rollback = &ops.Rollback{Run: `"; DROP`, Way: ops.BackBySnapshot} },
	} {
		bad := back
		edit(&bad.Run.Request)
		_, err := h.Do(t.Context(), bad)
		wantError(t, err, what)
		_, _, err = h.Done(t.Context(), bad)
		wantError(t, err, what)
		_, err = h.(ops.Undoer).Undo(t.Context(), bad)
		wantError(t, err, what)
	}
}
