package slackemu

import (
	"context"
	"fmt"
)

// Messages returns what everyone sees in a channel, oldest first: without threads, but with the
// replies that were sent to the channel too.
func (ws *Workspace) Messages(channel string) []Message {
	c, _ := ws.conversation(channel)
	return ws.selectMessages(func(m *Message) bool {
		return m.Channel == c.ID && m.inChannel() && m.VisibleTo == ""
	})
}

// Replies returns the thread below a message, oldest first.
func (ws *Workspace) Replies(root Message) []Message {
	return ws.selectMessages(func(m *Message) bool {
		return m.Channel == root.Channel && m.ThreadTS == root.TS && m.VisibleTo == ""
	})
}

// Ephemerals returns what only this user sees in a channel, oldest first.
func (ws *Workspace) Ephemerals(user, channel string) []Message {
	c, _ := ws.conversation(channel)
	u, _ := ws.opts.user(user)
	return ws.selectMessages(func(m *Message) bool { return m.Channel == c.ID && m.VisibleTo == u.ID })
}

// Message returns the message of now for an older copy of it.
func (ws *Workspace) Message(old Message) (Message, bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	m := ws.find(old.Channel, old.TS)
	if m == nil {
		return Message{}, false
	}
	return m.copied(), true
}

// WaitMessage waits until a message of the channel fits: public, ephemeral, or in a thread.
func (ws *Workspace) WaitMessage(ctx context.Context, channel string, fits func(Message) bool) (Message, error) {
	c, ok := ws.conversation(channel)
	if !ok {
		return Message{}, fmt.Errorf("no channel %q in the emulated workspace", channel)
	}
	var found Message
	err := ws.wait(ctx, func() bool {
		for i := len(ws.messages) - 1; i >= 0; i-- {
			m := ws.messages[i]
			if m.Channel == c.ID && !m.deleted && fits(m.copied()) {
				found = m.copied()
				return true
			}
		}
		return false
	})
	if err != nil {
		return Message{}, fmt.Errorf("wait for a message in %s: %w; it shows:\n%s", channel, err, ws.Transcript(channel))
	}
	return found, nil
}

// WaitModal waits until a user sees a modal that fits.
func (ws *Workspace) WaitModal(ctx context.Context, user string, fits func(View) bool) (View, error) {
	u, err := ws.person(user)
	if err != nil {
		return View{}, err
	}
	var found View
	err = ws.wait(ctx, func() bool {
		v := ws.visible(u.ID)
		if v == nil || !fits(*v) {
			return false
		}
		found = *v
		return true
	})
	if err != nil {
		return View{}, fmt.Errorf("wait for a modal of %s: %w", user, err)
	}
	return found, nil
}

// WaitConnected waits until the app has a Socket Mode connection open.
func (ws *Workspace) WaitConnected(ctx context.Context) error {
	if err := ws.wait(ctx, func() bool { return len(ws.conns) > 0 }); err != nil {
		return fmt.Errorf("wait for the app to open a Socket Mode connection: %w", err)
	}
	return nil
}

// wait looks at every change until done, which runs with ws.mu held.
func (ws *Workspace) wait(ctx context.Context, done func() bool) error {
	for {
		ws.mu.Lock()
		ok, changed := done(), ws.changed
		ws.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-ws.closed:
			return fmt.Errorf("the workspace is closed")
		}
	}
}
