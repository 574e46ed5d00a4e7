package ops_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// rehearsalRoom is a scratch and a bench in memory.
type rehearsalRoom struct {
	*world
	at       sync.Mutex
	backup   ops.Backup
	copies   map[string]int // restores by run, while the copy is there
	apis     map[string]bool
	log      []string
	measured ops.Measured
	broken   map[string]error         // by trial, or "answers", "restore", "clear"
	waits    map[string]chan struct{} // by trial
	trying   chan string              // told as a trial begins; nil: not told
}

func newRoom(t *testing.T) *rehearsalRoom {
	t.Helper()
	r := &rehearsalRoom{world: newWorld(t), copies: map[string]int{}, apis: map[string]bool{}, broken: map[string]error{}, waits: map[string]chan struct{}{}}
	r.backup = ops.Backup{File: "/backups/nightly.dump.zst", At: time.Now().Add(-3 * time.Hour), VerifiedAt: time.Now(), Bytes: 50 << 20}
	r.obs.Database.Backup = &r.backup
	r.measured = ops.Measured{Growth: 1 << 20, Migrations: []ops.RehearsedMigration{{Version: 2, Took: 300 * time.Millisecond}}}
	return r
}

func (r *rehearsalRoom) environment(policy ops.Policy) ops.Environment {
	env := r.world.environment(policy)
	env.Scratch, env.Bench = r, r
	return env
}

func (r *rehearsalRoom) note(what string) error {
	r.at.Lock()
	defer r.at.Unlock()
	r.log = append(r.log, what)
	return r.broken[what]
}

func (r *rehearsalRoom) noted() []string {
	r.at.Lock()
	defer r.at.Unlock()
	return slices.Clone(r.log)
}

// left is what there still is of rehearsals.
func (r *rehearsalRoom) left() int {
	r.at.Lock()
	defer r.at.Unlock()
	return len(r.copies) + len(r.apis)
}

func (r *rehearsalRoom) RestoreScratch(_ context.Context, run string, _ func(ops.Progress)) (ops.ScratchCopy, error) {
	err := r.note("restore")
	r.at.Lock()
	defer r.at.Unlock()
	r.copies[run]++
	return ops.ScratchCopy{Database: "scratch_" + run, Backup: r.backup, Bytes: 100 << 20, Took: 4 * time.Second}, err
}

func (r *rehearsalRoom) InUse(context.Context, string) error { return r.note("in use") }

func (r *rehearsalRoom) WatchScratch(context.Context, string) (func(context.Context) (ops.Measured, error), error) {
	return func(context.Context) (ops.Measured, error) { return r.measured, r.note("measure") }, r.note("watch")
}

func (r *rehearsalRoom) DropScratch(_ context.Context, run string) error {
	err := r.note("drop")
	r.at.Lock()
	defer r.at.Unlock()
	delete(r.copies, run)
	return err
}

func (r *rehearsalRoom) Try(ctx context.Context, t ops.Trial, _ func(ops.Progress)) error {
	if r.trying != nil {
		r.trying <- t.Name
	}
	if wait := r.waits[t.Name]; wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	time.Sleep(2 * time.Second) // of the simulated clock
	err := r.note("try " + t.Name + " " + t.Version.String())
	r.at.Lock()
	defer r.at.Unlock()
	if err = errors.Join(err, r.broken[t.Name]); err == nil {
		r.apis[t.Name] = true
	}
	return err
}

func (r *rehearsalRoom) Answers(_ context.Context, t ops.Trial) error { return r.note("ask " + t.Name) }

func (r *rehearsalRoom) ClearBench(context.Context, string) error {
	err := r.note("clear")
	r.at.Lock()
	defer r.at.Unlock()
	clear(r.apis)
	return err
}

// rehearsal asks for 2.5.0 to be rehearsed.
func rehearsal(t *testing.T) ops.Request {
	t.Helper()
	req := upgrade(t, "2.5.0", alice)
	req.Rehearse = true
	return req
}

// rehearsed is how a rehearsal of the room ends.
func rehearsed(t *testing.T, o *ops.Operator) ops.Run {
	t.Helper()
	run, err := o.Propose(t.Context(), rehearsal(t))
	if err != nil {
		t.Fatal(err)
	}
	return until(t, o, run.ID, ended)
}
