package bot

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/keeptrusts/ktops/ops"
)

const (
	nameTTL = time.Hour
	// nameTimeout is short, for a name is not worth making anybody wait.
	nameTimeout = 2 * time.Second
)

// names resolves user IDs to the names that people show.
type names struct {
	api *slack.Client

	mu    sync.Mutex
	known map[string]named
}

type named struct {
	name string
	at   time.Time
}

func newNames(api *slack.Client) *names { return &names{api: api, known: map[string]named{}} }

// actor is a person of Slack by ID. When Slack does not tell the name, the one
// that came with the delivery has to do.
func (n *names) actor(ctx context.Context, id, otherwise string) ops.Actor {
	n.mu.Lock()
	known, ok := n.known[id]
	n.mu.Unlock()
	if ok && time.Since(known.at) < nameTTL {
		return ops.Actor{ID: id, Name: known.name}
	}
	ctx, cancel := context.WithTimeout(ctx, nameTimeout)
	defer cancel()
	user, err := n.api.GetUserInfoContext(ctx, id)
	if err != nil {
		return ops.Actor{ID: id, Name: otherwise}
	}
	name := cmp.Or(user.Profile.DisplayName, user.RealName, user.Profile.RealName, user.Name, otherwise)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known[id] = named{name: name, at: time.Now()}
	return ops.Actor{ID: id, Name: name}
}
