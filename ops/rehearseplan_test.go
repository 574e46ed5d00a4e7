package ops_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/keeptrusts/ktops/ops"
)

func TestPlan_OfARehearsalTouchesNothingThatServes(t *testing.T) {
	r := newRoom(t)
	p, err := ops.NewPlan(r.obs, rehearsal(t), ops.DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"pull images", "restore to scratch", "rehearse migrations", "clear scratch"}; p.Strategy != ops.Rehearsing || !slices.Equal(stepNames(p), want) {
		t.Errorf("%s: %q", p.Strategy, stepNames(p))
	}
	if ops.Worst(p.Checks) != ops.Pass || p.Digest == "" || p.Estimate() <= 0 {
		t.Errorf("%+v", p)
	}
}

func TestPlan_OfARehearsalNeedsABackupImagesAndRoom(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*rehearsalRoom)
		say   string
	}{
		"backup": {func(r *rehearsalRoom) { r.obs.Database.Backup = nil }, "backup create"},
		"images": {func(r *rehearsalRoom) { r.obs.Platform.Images[0].Missing = "not in the registry" }, "not in the registry"},
		"room": {func(r *rehearsalRoom) {
			free := int64(1 << 20)
			r.obs.Database.DataFree = &free
		}, "free"},
	} {
		r, m := newRoom(t), newMemory()
		c.spoil(r)
		_, err := newOperator(m, m, r.environment(onePerson())).Propose(t.Context(), rehearsal(t))
		if got := refusal(t, err).Error(); !strings.Contains(got, c.say) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestRehearsal_IsRefusedWhatItCannotBe(t *testing.T) {
	r, m := newRoom(t), newMemory()
	env := r.environment(onePerson())
	for name, c := range map[string]struct {
		edit func(*ops.Request, *ops.Environment)
		say  string
	}{
		"no bench":   {func(_ *ops.Request, e *ops.Environment) { e.Bench = nil }, "platform.compose"},
		"no scratch": {func(_ *ops.Request, e *ops.Environment) { e.Scratch = nil }, "platform.compose"},
		"urgent":     {func(q *ops.Request, _ *ops.Environment) { q.Urgent, q.Reason = true, "CVE" }, "no urgency"},
		"a strategy": {func(q *ops.Request, _ *ops.Environment) { q.Strategy = ops.Rolling }, "neither rolling"},
		"a window":   {func(q *ops.Request, _ *ops.Environment) { q.Opening = &ops.Opening{} }, "no window"},
	} {
		changed, req := env, rehearsal(t)
		c.edit(&req, &changed)
		_, err := newOperator(m, m, changed).Plan(t.Context(), req)
		if got := refusal(t, err).Error(); !strings.Contains(got, c.say) {
			t.Errorf("%s: %s", name, got)
		}
	}
	req := rehearsal(t)
	req.By = mallory
	_, err := newOperator(m, m, env).Propose(t.Context(), req)
	refusal(t, err)
}
