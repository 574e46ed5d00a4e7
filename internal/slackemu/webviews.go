package slackemu

func (ws *Workspace) viewsOpen(a args) (answer, *apiError) {
	return ws.openView(a, func(user string) *apiError {
		// views.open begins a new modal: what the person had open goes.
		ws.dismiss(user, true)
		return nil
	})
}

func (ws *Workspace) viewsPush(a args) (answer, *apiError) {
	return ws.openView(a, func(user string) *apiError {
		switch open := len(ws.stacks[user]); {
		case open == 0:
			return invalidArguments("no open modal to push onto")
		case open >= maxViewStack:
			return &apiError{code: "push_limit_reached"}
		}
		return nil
	})
}

// openView exchanges a trigger for a modal. A view that is refused spends no trigger.
func (ws *Workspace) openView(a args, prepare func(user string) *apiError) (answer, *apiError) {
	v, apiErr := parseView([]byte(a["view"]))
	if apiErr != nil {
		return nil, apiErr
	}
	if v.Type != "modal" {
		return nil, invalidArguments("must be a modal [json-pointer:/view/type]")
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	user, apiErr := ws.exchange(a["trigger_id"])
	if apiErr != nil {
		return nil, apiErr
	}
	if apiErr := prepare(user); apiErr != nil {
		return nil, apiErr
	}
	ws.show(user, v)
	return answer{"view": v}, nil
}

func (ws *Workspace) viewsUpdate(a args) (answer, *apiError) {
	v, apiErr := parseView([]byte(a["view"]))
	if apiErr != nil {
		return nil, apiErr
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	old := ws.views[a["view_id"]]
	if external := a["external_id"]; old == nil && external != "" {
		for _, candidate := range ws.views {
			if candidate.ExternalID == external {
				old = candidate
			}
		}
	}
	switch {
	case old == nil:
		return nil, &apiError{code: "not_found"}
	case a["hash"] != "" && a["hash"] != old.Hash:
		return nil, &apiError{code: "hash_conflict"}
	}
	return answer{"view": ws.replace(old, v)}, nil
}

func (ws *Workspace) viewsPublish(a args) (answer, *apiError) {
	v, apiErr := parseView([]byte(a["view"]))
	if apiErr != nil {
		return nil, apiErr
	}
	u, ok := ws.opts.user(a["user_id"])
	switch {
	case !ok || u.ID != a["user_id"]:
		return nil, invalidArguments("invalid `user_id`")
	case v.Type != "home":
		return nil, invalidArguments("must be a home tab [json-pointer:/view/type]")
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if old := ws.views[ws.homes[u.ID]]; old != nil && a["hash"] != "" && a["hash"] != old.Hash {
		return nil, &apiError{code: "hash_conflict"}
	}
	ws.publish(u.ID, v)
	return answer{"view": v}, nil
}
