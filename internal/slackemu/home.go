package slackemu

import (
	"context"
	"time"
)

// Home returns the home tab that the app published for a user.
func (ws *Workspace) Home(user string) (View, bool) {
	u, err := ws.person(user)
	if err != nil {
		return View{}, false
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	v := ws.views[ws.homes[u.ID]]
	if v == nil {
		return View{}, false
	}
	return *v, true
}

// OpenHome shows the app's home tab to a user, of which the app hears: app_home_opened.
func (ws *Workspace) OpenHome(ctx context.Context, user string) (Ack, error) {
	u, err := ws.person(user)
	if err != nil {
		return Ack{}, err
	}
	return ws.Event(ctx, map[string]any{
		"type": "app_home_opened", "user": u.ID, "channel": directChannel(u.ID), "tab": "home",
		"event_ts": stamp(time.Now()),
	})
}

// publish sets the home tab of a person. The caller holds ws.mu.
func (ws *Workspace) publish(user string, v *View) {
	name(v.Blocks, ws.id)
	v.ID, v.User, v.Hash = ws.homes[user], user, ws.timestamp()
	if v.ID == "" {
		v.ID = ws.id("V")
		ws.homes[user] = v.ID
	}
	v.RootViewID = v.ID
	ws.views[v.ID] = v
	ws.touch()
}
