package notify

import (
	"context"
	"fmt"
	"slices"

	"github.com/keeptrusts/ktops/ops"
)

// Draft is a notice in words, from sample data, as the readers of a channel would get it.
type Draft struct {
	Kind     Kind     `json:"kind"`
	Channel  string   `json:"channel,omitempty"`
	Audience Audience `json:"audience"`
	Subject  string   `json:"subject"`
	Text     string   `json:"text"`
	HTML     string   `json:"html"`
}

// Drafts are drafts of a kind, of all when it is empty, for a channel: of what its
// readers are told at all. Without a channel they are for operators, who are told of
// everything.
func (o *Outbox) Drafts(_ context.Context, kind Kind, channel string) ([]Draft, error) {
	o.mu.Lock()
	routes, templates, statusURL := o.routes, o.templates, o.statusURL
	o.mu.Unlock()
	audience, err := audienceOf(routes, channel)
	if err != nil {
		return nil, err
	}
	kinds := slices.DeleteFunc(Kinds(), func(k Kind) bool { return !slices.Contains(AudiencesOf(k), audience) })
	switch {
	case kind == "":
	case !slices.Contains(Kinds(), kind):
		return nil, ops.Refuse(fmt.Sprintf("there is no kind of notice %q", kind), texts(Kinds())...)
	case !slices.Contains(kinds, kind):
		return nil, ops.Refuse(fmt.Sprintf("%s reads what %s are told, and they are not told of %s", channel, audience, kind), texts(kinds)...)
	default:
		kinds = []Kind{kind}
	}
	var drafts []Draft
	for _, k := range kinds {
		m, err := templates.Preview(k, audience, statusURL)
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, Draft{Kind: k, Channel: channel, Audience: audience, Subject: m.Subject, Text: m.Text, HTML: m.HTML})
	}
	return drafts, nil
}

func audienceOf(routes []Route, channel string) (Audience, error) {
	if channel == "" {
		return Operators, nil
	}
	var names []string
	for _, r := range routes {
		if r.Name == channel {
			return r.Audience, nil
		}
		names = append(names, r.Name)
	}
	if len(names) == 0 {
		return "", ops.Refuse("no channel of notices is configured", "add one under notices.channels in ktops.yaml")
	}
	return "", ops.Refuse(fmt.Sprintf("there is no channel of notices %q", channel), names...)
}

func texts(kinds []Kind) []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return names
}
