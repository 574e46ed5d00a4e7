package control_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeptrusts/ktops/notify"
	"github.com/keeptrusts/ktops/ops"
)

func TestClient_AsksForNotices(t *testing.T) {
	fake := newFake()
	fake.ToldOf = []notify.Told{{Notice: "a", Environment: "production", Kind: notify.Opened, State: "sent"}, {Notice: "b", Environment: "staging"}}
	fake.DraftsOf = []notify.Draft{{Kind: notify.Opened, Subject: "closed"}, {Kind: notify.Alarm}}
	client := dial(t, serve(t, fake).socket)
	told, err := client.Told(t.Context(), "production", 5)
	if diff := cmp.Diff(fake.ToldOf[:1], told); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	drafts, err := client.Drafts(t.Context(), notify.Opened, "on call")
	if diff := cmp.Diff(fake.DraftsOf[:1], drafts); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if diff := cmp.Diff([]string{"Told production 5", "Drafts opened on call"}, fake.Calls()); diff != "" {
		t.Error(diff)
	}
	fake.Fail = map[string]error{"Drafts": ops.Refuse("there is no kind of notice \"x\"", "opened")}
	var refusal *ops.Refusal
	if _, err := client.Drafts(t.Context(), "x", ""); !errors.As(err, &refusal) || refusal.Try[0] != "opened" {
		t.Errorf("Drafts: %v", err)
	}
}
