package bot

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// groupTTL is how long the members of a user group are believed.
const groupTTL = time.Minute

// Groups resolves Slack user groups, as ops.Groups asks for.
type Groups struct {
	api *slack.Client

	mu    sync.Mutex
	known map[string]membership
}

type membership struct {
	members []string
	at      time.Time
}

// NewGroups resolves user groups through a client; it needs usergroups:read.
func NewGroups(api *slack.Client) *Groups {
	return &Groups{api: api, known: map[string]membership{}}
}

// Members lists the user IDs of a group. Without an answer from Slack that is
// fresh enough it fails: nobody approves by a membership that may have ended.
func (g *Groups) Members(ctx context.Context, group string) ([]string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if m, ok := g.known[group]; ok && time.Since(m.at) < groupTTL {
		return m.members, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	members, err := g.api.GetUserGroupMembersContext(ctx, group)
	if err != nil {
		return nil, fmt.Errorf("ask Slack for the members of %s: %w", group, err)
	}
	g.known[group] = membership{members: members, at: time.Now()}
	return members, nil
}
