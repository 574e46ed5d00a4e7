package cards_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"go.uber.org/goleak"

	"github.com/keeptrusts/ktops/bot/cards"
	"github.com/keeptrusts/ktops/internal/slackemu"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// judge holds cards against the limits that the emulated workspace enforces.
type judge struct {
	ws  *slackemu.Workspace
	api *slack.Client
	ts  string
}

func newJudge(t testing.TB) *judge {
	t.Helper()
	ws := slackemu.New(slackemu.Options{RateFactor: 1e9})
	t.Cleanup(func() { _ = ws.Close() })
	j := &judge{ws: ws, api: slack.New(ws.BotToken(), slack.OptionAPIURL("http://slack.test/api/"),
		slack.OptionHTTPClient(&http.Client{Transport: route{ws}}))}
	_, ts, err := j.api.PostMessageContext(t.Context(), "C0PROD", slack.MsgOptionText("first", false))
	if err != nil {
		t.Fatal(err)
	}
	j.ts = ts
	return j
}

type route struct{ ws *slackemu.Workspace }

func (r route) RoundTrip(req *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	r.ws.ServeHTTP(rec, req)
	return rec.Result(), nil
}

// accepts checks that Slack takes the card as an edit, which is the stricter way,
// and that nothing in it was cut to pieces.
func (j *judge) accepts(t *testing.T, name string, card cards.Card) {
	t.Helper()
	_, _, _, err := j.api.UpdateMessageContext(t.Context(), "C0PROD", j.ts,
		slack.MsgOptionText(card.Text, false), slack.MsgOptionBlocks(card.Blocks...))
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if strings.TrimSpace(card.Text) == "" {
		t.Errorf("%s has no fallback text", name)
	}
	for _, text := range append(mrkdwn(card.Blocks), card.Text) {
		whole(t, name, text)
	}
}

func mrkdwn(blocks []slack.Block) []string {
	var texts []string
	add := func(t *slack.TextBlockObject) {
		if t != nil && t.Type == slack.MarkdownType {
			texts = append(texts, t.Text)
		}
	}
	for _, b := range blocks {
		switch b := b.(type) {
		case *slack.SectionBlock:
			add(b.Text)
			for _, f := range b.Fields {
				add(f)
			}
		case *slack.ContextBlock:
			for _, e := range b.ContextElements.Elements {
				if t, ok := e.(*slack.TextBlockObject); ok {
					add(t)
				}
			}
		}
	}
	return texts
}

var (
	ours   = regexp.MustCompile(`<(@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^-?\d+\^[^|>]+\|[^<>|]+|https?://[^<>|]+(\|[^<>|]+)?)>`)
	entity = regexp.MustCompile(`&(amp|lt|gt);`)
)

// whole checks that a text has no half escape, no control sequence but ours, and
// no fence that does not end.
func whole(t *testing.T, name, text string) {
	t.Helper()
	rest := ours.ReplaceAllString(text, "")
	if strings.ContainsAny(rest, "<>") || strings.Contains(entity.ReplaceAllString(rest, ""), "&") {
		t.Errorf("%s has an unescaped or broken control sequence: %q", name, text)
	}
	if strings.Count(text, "```")%2 != 0 {
		t.Errorf("%s has a fence that does not end: %q", name, text)
	}
	if !utf8.ValidString(text) {
		t.Errorf("%s has half a character: %q", name, text)
	}
}

func TestCards_KeepSlacksLimitsWhateverComes(t *testing.T) {
	texts := map[string]string{
		"none": "", "short": "x", "blank": "   ", "newlines": "a\n\nb\n```\nc", "fence": strings.Repeat("```", 900),
		"escapes": strings.Repeat("&<>", 4000), "mention": "<!channel> <@U0BOB> <http://x|y>", "ticks": strings.Repeat("`", 5000),
		"long": strings.Repeat("word ", 4000), "one word": strings.Repeat("w", 9000), "wide": strings.Repeat("日本語🚀", 3000),
		"broken": "\xff\xfe" + strings.Repeat("é\x00\x1b[31m", 500), "stars": strings.Repeat("*_~", 2000),
	}
	for what, text := range texts {
		t.Run(what, func(t *testing.T) {
			j := newJudge(t)
			for _, n := range []int{0, 1, 40} {
				for name, card := range all(text, n) {
					j.accepts(t, name, card)
				}
			}
		})
	}
}

func TestCards_SayHowMuchWasLeftOut(t *testing.T) {
	card := all("", 300)["plan"]
	found := false
	for _, text := range mrkdwn(card.Blocks) {
		found = found || regexp.MustCompile(`… and \d+ more$`).MatchString(text)
	}
	if !found {
		t.Errorf("300 checks and nothing says that some are left out")
	}
	if !strings.HasPrefix(mrkdwn(card.Blocks)[4], "❌") {
		t.Errorf("the worst checks do not come first: %.80s", mrkdwn(card.Blocks)[4])
	}
}

func FuzzCards(f *testing.F) {
	for which := range uint8(120) {
		f.Add("production & <b> ``` c", uint8(6), which)
	}
	j := newJudge(f)
	f.Fuzz(func(t *testing.T, text string, n, which uint8) {
		made := all(text, int(n))
		names := slices.Sorted(maps.Keys(made))
		name := names[int(which)%len(names)]
		j.accepts(t, name, made[name])
	})
}
