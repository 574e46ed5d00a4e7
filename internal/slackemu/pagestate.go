package slackemu

import (
	"fmt"
	"net/http"
	"time"
)

// shownMessages bounds how far back the page goes in all channels together.
const shownMessages = 500

// pageMessage is a message as the page draws it.
type pageMessage struct {
	Channel   string    `json:"channel"`
	TS        string    `json:"ts"`
	ThreadTS  string    `json:"thread_ts,omitempty"`
	Broadcast bool      `json:"broadcast,omitempty"`
	Author    string    `json:"author"`
	Text      string    `json:"text"`
	Blocks    []Block   `json:"blocks,omitempty"`
	Ephemeral bool      `json:"ephemeral,omitempty"`
	Reactions []string  `json:"reactions,omitempty"`
	At        time.Time `json:"at"`
	Edits     int       `json:"edits,omitempty"`
}

// pageState is everything the page shows to one person.
type pageState struct {
	Version   int           `json:"version"`
	Team      string        `json:"team"`
	App       string        `json:"app"`
	Me        string        `json:"me"`
	Bot       string        `json:"bot"`
	Slackbot  string        `json:"slackbot"`
	Direct    string        `json:"direct"`
	Commands  []string      `json:"commands"`
	UsageHint string        `json:"usage_hint"`
	Connected bool          `json:"connected"`
	Users     []pageUser    `json:"users"`
	Groups    []pageGroup   `json:"groups"`
	Channels  []pageChannel `json:"channels"`
	Messages  []pageMessage `json:"messages"`
	Modal     *View         `json:"modal"`
}

type pageUser struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	RealName string `json:"real_name"`
	Title    string `json:"title"`
}

type pageGroup struct {
	ID     string `json:"id"`
	Handle string `json:"handle"`
}

type pageChannel struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Topic string `json:"topic"`
}

func (ws *Workspace) serveState(w http.ResponseWriter, r *http.Request) {
	u, ok := ws.opts.user(r.URL.Query().Get("user"))
	if !ok {
		u = ws.opts.Users[0]
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusOK, ws.stateFor(u))
}

func (ws *Workspace) stateFor(u User) pageState {
	s := pageState{
		Team: ws.opts.Team, App: ws.opts.AppName, Me: u.ID, Bot: botUserID, Slackbot: slackbotID,
		Direct: directChannel(u.ID), Commands: ws.opts.Commands, UsageHint: ws.opts.UsageHint,
	}
	for _, other := range ws.opts.Users {
		s.Users = append(s.Users, pageUser{other.ID, other.Name, other.RealName, other.Title})
	}
	for _, g := range ws.opts.Groups {
		s.Groups = append(s.Groups, pageGroup{g.ID, g.Handle})
	}
	for _, c := range ws.opts.Channels {
		s.Channels = append(s.Channels, pageChannel{c.ID, c.Name, c.Topic})
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	s.Version, s.Connected = ws.version, len(ws.conns) > 0 || ws.urls.Commands != ""
	s.Modal = ws.visible(u.ID)
	s.Messages = []pageMessage{}
	for _, m := range ws.messages[max(0, len(ws.messages)-shownMessages):] {
		if m.deleted || (m.VisibleTo != "" && m.VisibleTo != u.ID) || (m.Channel[0] == 'D' && m.Channel != s.Direct) {
			continue
		}
		s.Messages = append(s.Messages, pageMessage{
			Channel: m.Channel, TS: m.TS, ThreadTS: m.ThreadTS, Broadcast: m.Broadcast, Author: m.Author, Text: m.Text, Blocks: m.Blocks,
			Ephemeral: m.VisibleTo != "", Reactions: m.Reactions, At: m.Revisions[0].At, Edits: m.Edits(),
		})
	}
	return s
}

// serveEvents tells the page of every change, as server-sent events with the version.
func (ws *Workspace) serveEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	for {
		ws.mu.Lock()
		version, changed := ws.version, ws.changed
		ws.mu.Unlock()
		if _, err := fmt.Fprintf(w, "data: %d\n\n", version); err != nil {
			return
		}
		if control.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-ws.closed:
			return
		}
	}
}
