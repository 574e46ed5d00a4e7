package slackemu

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

func (ws *Workspace) apiTest(args) (answer, *apiError) { return answer{}, nil }

func (ws *Workspace) authTest(args) (answer, *apiError) {
	return answer{
		"url": ws.URL() + "/", "team": ws.opts.Team, "team_id": teamID, "user": ws.opts.AppName,
		"user_id": botUserID, "bot_id": botID, "app_id": appID, "is_enterprise_install": false,
	}, nil
}

// known finds a conversation by its ID.
func (ws *Workspace) known(id string) (Channel, *apiError) {
	c, ok := ws.conversation(id)
	if !ok || c.ID != id {
		return Channel{}, &apiError{code: "channel_not_found"}
	}
	return c, nil
}

// writable finds a conversation by ID or name where the bot may post.
func (ws *Workspace) writable(ref string) (Channel, *apiError) {
	c, ok := ws.conversation(ref)
	switch {
	case !ok:
		return Channel{}, &apiError{code: "channel_not_found"}
	case c.WithoutBot && !ws.opts.granted("chat:write.public"):
		return Channel{}, &apiError{code: "not_in_channel"}
	}
	return c, nil
}

// conversation finds a channel, or the direct messages between the app and a user.
func (ws *Workspace) conversation(ref string) (Channel, bool) {
	if c, ok := ws.opts.channel(ref); ok {
		return c, true
	}
	for _, u := range ws.opts.Users {
		direct := directChannel(u.ID)
		if ref == direct || ref == u.ID {
			return Channel{ID: direct, Name: ws.opts.AppName}, true
		}
	}
	return Channel{}, false
}

func directChannel(user string) string { return "D" + user[1:] }

func (ws *Workspace) conversationsInfo(a args) (answer, *apiError) {
	c, apiErr := ws.known(a["channel"])
	if apiErr != nil {
		return nil, apiErr
	}
	return answer{"channel": channelWire(c)}, nil
}

func (ws *Workspace) conversationsList(args) (answer, *apiError) {
	var all []answer
	for _, c := range ws.opts.Channels {
		all = append(all, channelWire(c))
	}
	return answer{"channels": all, "response_metadata": answer{"next_cursor": ""}}, nil
}

func channelWire(c Channel) answer {
	direct := strings.HasPrefix(c.ID, "D")
	return answer{
		"id": c.ID, "name": c.Name, "name_normalized": c.Name, "is_channel": !direct, "is_im": direct,
		"is_member": !c.WithoutBot, "is_private": false, "topic": answer{"value": c.Topic},
	}
}

func (ws *Workspace) conversationsHistory(a args) (answer, *apiError) {
	c, apiErr := ws.readable(a["channel"])
	if apiErr != nil {
		return nil, apiErr
	}
	found := ws.selectMessages(func(m *Message) bool {
		return m.Channel == c.ID && m.inChannel() && m.VisibleTo == "" && within(m.TS, a)
	})
	slices.Reverse(found) // newest first
	return page(found, a), nil
}

func (ws *Workspace) conversationsReplies(a args) (answer, *apiError) {
	c, apiErr := ws.readable(a["channel"])
	if apiErr != nil {
		return nil, apiErr
	}
	found := ws.selectMessages(func(m *Message) bool {
		return m.Channel == c.ID && m.VisibleTo == "" && (m.TS == a["ts"] || m.ThreadTS == a["ts"] && within(m.TS, a))
	})
	if len(found) == 0 {
		return nil, &apiError{code: "thread_not_found"}
	}
	return page(found, a), nil
}

func (ws *Workspace) readable(id string) (Channel, *apiError) {
	c, apiErr := ws.known(id)
	if apiErr == nil && c.WithoutBot {
		apiErr = &apiError{code: "not_in_channel"}
	}
	return c, apiErr
}

// within applies oldest, latest and inclusive. Timestamps are of one length: they compare as text.
func within(ts string, a args) bool {
	oldest, latest := a["oldest"], a["latest"]
	if flag(a, "inclusive") && (ts == oldest || ts == latest) {
		return true
	}
	return ts > oldest && (latest == "" || ts < latest)
}

func flag(a args, name string) bool { return a[name] == "1" || a[name] == "true" }

// page is one page of messages; the cursor is how many came before.
func page(found []Message, a args) answer {
	limit, err := strconv.Atoi(a["limit"])
	if err != nil || limit <= 0 {
		limit = 100 // conversations.history: default of limit
	}
	start, _ := strconv.Atoi(a["cursor"])
	start = min(max(0, start), len(found))
	end := min(start+limit, len(found))
	messages := make([]answer, 0, end-start)
	for _, m := range found[start:end] {
		messages = append(messages, wire(&m, flag(a, "include_all_metadata")))
	}
	next := ""
	if end < len(found) {
		next = strconv.Itoa(end)
	}
	return answer{"messages": messages, "has_more": next != "", "response_metadata": answer{"next_cursor": next}}
}

func (ws *Workspace) usersInfo(a args) (answer, *apiError) {
	u, ok := ws.opts.user(a["user"])
	if !ok || u.ID != a["user"] {
		return nil, &apiError{code: "user_not_found"}
	}
	return answer{"user": answer{
		"id": u.ID, "team_id": teamID, "name": u.Name, "real_name": u.RealName, "tz": u.TimeZone,
		"profile": answer{"real_name": u.RealName, "display_name": u.Name, "title": u.Title},
	}}, nil
}

func (ws *Workspace) usergroupsList(a args) (answer, *apiError) {
	var all []answer
	for _, g := range ws.opts.Groups {
		group := answer{
			"id": g.ID, "team_id": teamID, "is_usergroup": true, "name": g.Name, "handle": g.Handle,
			"user_count": len(g.Members),
		}
		if flag(a, "include_users") {
			group["users"] = g.Members
		}
		all = append(all, group)
	}
	return answer{"usergroups": all}, nil
}

func (ws *Workspace) usergroupsUsersList(a args) (answer, *apiError) {
	i := slices.IndexFunc(ws.opts.Groups, func(g Group) bool { return g.ID == a["usergroup"] })
	if i < 0 {
		return nil, &apiError{code: "no_such_subteam"}
	}
	return answer{"users": ws.opts.Groups[i].Members}, nil
}

func stamp(t time.Time) string { return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000) }

func longer(s string, limit int) bool { return utf8.RuneCountInString(s) > limit }
