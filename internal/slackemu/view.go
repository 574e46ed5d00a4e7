package slackemu

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// View is a modal or a home tab.
type View struct {
	ID              string  `json:"id"`
	TeamID          string  `json:"team_id"`
	Type            string  `json:"type"`
	Title           *Text   `json:"title,omitempty"`
	Submit          *Text   `json:"submit,omitempty"`
	Close           *Text   `json:"close,omitempty"`
	Blocks          []Block `json:"blocks"`
	PrivateMetadata string  `json:"private_metadata"`
	CallbackID      string  `json:"callback_id"`
	ExternalID      string  `json:"external_id"`
	ClearOnClose    bool    `json:"clear_on_close"`
	NotifyOnClose   bool    `json:"notify_on_close"`
	Hash            string  `json:"hash"`
	RootViewID      string  `json:"root_view_id"`
	PreviousViewID  *string `json:"previous_view_id"`
	AppID           string  `json:"app_id"`
	BotID           string  `json:"bot_id"`
	User            string  `json:"-"`
}

// viewRequest is a view as an app sends it: the blocks are checked on their own.
type viewRequest struct {
	Type            string          `json:"type"`
	Title           *Text           `json:"title"`
	Submit          *Text           `json:"submit"`
	Close           *Text           `json:"close"`
	Blocks          json.RawMessage `json:"blocks"`
	PrivateMetadata string          `json:"private_metadata"`
	CallbackID      string          `json:"callback_id"`
	ExternalID      string          `json:"external_id"`
	ClearOnClose    bool            `json:"clear_on_close"`
	NotifyOnClose   bool            `json:"notify_on_close"`
}

// Contains tells whether any text of the view contains s.
func (v View) Contains(s string) bool {
	lines := plain(v.Blocks)
	if v.Title != nil {
		lines = append(lines, v.Title.Text)
	}
	return strings.Contains(strings.Join(lines, "\n"), s)
}

// parseView reads and checks a view.
func parseView(raw []byte) (*View, *apiError) {
	if len(raw) > maxViewBytes {
		return nil, &apiError{code: "view_too_large"}
	}
	var r viewRequest
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, invalidArguments("view is not a view payload: " + err.Error())
	}
	blocks, problems, err := parseBlocks(r.Blocks, "/view/blocks", viewSurface())
	if err != nil {
		return nil, invalidArguments("missing required field: blocks [json-pointer:/view]")
	}
	c := &checker{problems: problems}
	c.view(&r, blocks)
	if len(c.problems) > 0 {
		return nil, invalidArguments(c.problems...)
	}
	return &View{
		TeamID: teamID, Type: r.Type, Title: r.Title, Submit: r.Submit, Close: r.Close, Blocks: blocks,
		PrivateMetadata: r.PrivateMetadata, CallbackID: r.CallbackID, ExternalID: r.ExternalID,
		ClearOnClose: r.ClearOnClose, NotifyOnClose: r.NotifyOnClose, AppID: appID, BotID: botID,
	}, nil
}

func (c *checker) view(r *viewRequest, blocks []Block) {
	switch r.Type {
	case "modal":
		c.text("/view/title", r.Title, maxViewTitle, plainText)
		c.optionalText("/view/submit", r.Submit, maxViewButton, plainText)
		c.optionalText("/view/close", r.Close, maxViewButton, plainText)
	case "home":
		if r.Title != nil || r.Submit != nil || r.Close != nil {
			c.fail("/view", "invalid additional property: title, submit and close belong to modals")
		}
	default:
		c.fail("/view/type", "must be modal or home")
	}
	hasInput := slices.ContainsFunc(blocks, func(b Block) bool { return b.Type == "input" })
	if r.Type == "modal" && hasInput && r.Submit == nil {
		c.fail("/view", "missing required field: submit")
	}
	c.length("/view/private_metadata", r.PrivateMetadata, maxPrivateMetadata)
	c.length("/view/callback_id", r.CallbackID, maxCallbackID)
	c.length("/view/external_id", r.ExternalID, maxCallbackID)
}

// show puts a modal before a person, on top of those that are open when push is their number.
// The caller holds ws.mu.
func (ws *Workspace) show(user string, v *View) {
	name(v.Blocks, ws.id)
	v.ID, v.User, v.Hash = ws.id("V"), user, ws.timestamp()
	v.RootViewID = v.ID
	if stack := ws.stacks[user]; len(stack) > 0 {
		v.RootViewID = ws.views[stack[0]].RootViewID
		v.PreviousViewID = &stack[len(stack)-1]
	}
	ws.views[v.ID] = v
	ws.stacks[user] = append(slices.Clone(ws.stacks[user]), v.ID)
	ws.touch()
}

// replace puts a view in the place of another. The caller holds ws.mu.
func (ws *Workspace) replace(old, v *View) *View {
	name(v.Blocks, ws.id)
	v.ID, v.User, v.Hash = old.ID, old.User, ws.timestamp()
	v.RootViewID, v.PreviousViewID = old.RootViewID, old.PreviousViewID
	ws.views[v.ID] = v
	ws.touch()
	return v
}

// dismiss takes the visible modal of a person away, or all of them. The caller holds ws.mu.
func (ws *Workspace) dismiss(user string, all bool) {
	stack := ws.stacks[user]
	keep := max(0, len(stack)-1)
	if all {
		keep = 0
	}
	for _, id := range stack[keep:] {
		delete(ws.views, id)
	}
	ws.stacks[user] = stack[:keep]
	ws.touch()
}

// visible is the modal a person sees, or nil. The caller holds ws.mu.
func (ws *Workspace) visible(user string) *View {
	stack := ws.stacks[user]
	if len(stack) == 0 {
		return nil
	}
	return ws.views[stack[len(stack)-1]]
}

// Modal returns the modal that a user sees now.
func (ws *Workspace) Modal(user string) (View, bool) {
	u, err := ws.person(user)
	if err != nil {
		return View{}, false
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	v := ws.visible(u.ID)
	if v == nil {
		return View{}, false
	}
	return *v, true
}

func (ws *Workspace) person(ref string) (User, error) {
	u, ok := ws.opts.user(ref)
	if !ok {
		return User{}, fmt.Errorf("no user %q in the emulated workspace", ref)
	}
	return u, nil
}
