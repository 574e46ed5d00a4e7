package bot_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"
	_ "modernc.org/sqlite"

	"github.com/keeptrusts/ktops/bot"
	"github.com/keeptrusts/ktops/bot/store"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/ops"
)

const (
	prod    = "C0PROD"
	staging = "C0STAGING"
)

// world is a workspace, a domain and a bot between them, all in one process:
// requests are function calls, so that synctest owns the time.
type world struct {
	t     *testing.T
	ws    *slackemu.Workspace
	svc   *service
	bot   *bot.Bot
	store *store.Store
	db    *sql.DB
	log   *bytes.Buffer
	opts  bot.Options
	stop  func()
}

// inBubble runs a story in virtual time.
func inBubble(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.start()
		story(t, w)
		if t.Failed() {
			t.Logf("the channel shows:\n%s\nthe log says:\n%s", w.ws.Transcript(prod), w.log)
		}
	})
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, svc: newService(), log: &bytes.Buffer{}}
	w.ws = slackemu.New(slackemu.Options{
		PublicURL: "http://slack.test", Client: app{w},
		URLs: slackemu.RequestURLs{Commands: "http://ktops.test/slack/command",
			Interactivity: "http://ktops.test/slack/interact", Events: "http://ktops.test/slack/events"},
	})
	w.openStoreIn(t)
	log := logrus.New()
	log.SetOutput(w.log)
	w.opts = bot.Options{
		BotToken: w.ws.BotToken(), SigningSecret: w.ws.SigningSecret(), APIURL: "http://slack.test/api/",
		Service: w.svc, Store: w.store, HTTP: &http.Client{Transport: slackRoute{w.ws}}, Log: logrus.NewEntry(log),
		Environments: []bot.Environment{
			{Name: "production", Channel: prod, Zone: "Europe/Berlin", Policy: w.svc.policy}, {Name: "staging", Channel: staging, Policy: w.svc.policy},
		},
	}
	return w
}

func (w *world) openStoreIn(t testing.TB) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ktops.db")
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(file)+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	w.db = db
	if w.store, err = store.Open(t.Context(), db); err != nil {
		t.Fatal(err)
	}
}

// start runs a bot over what is in the store, as a process does.
func (w *world) start() {
	w.t.Helper()
	w.bot = bot.New(w.opts)
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.bot.Run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			w.t.Errorf("the bot ended with %v", err)
		}
	}
}

func (w *world) close() {
	w.stop()
	if err := errors.Join(w.ws.Close(), w.db.Close()); err != nil {
		w.t.Error(err)
	}
}

// settle lets everything that is due happen, and a while pass.
func (w *world) settle(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (w *world) types(user, text string) slackemu.Ack {
	w.t.Helper()
	ack, err := w.ws.Type(w.t.Context(), user, prod, "/keeptrusts "+text)
	if err != nil || !ack.OK() {
		w.t.Fatalf("%s types %q: %+v, %v", user, text, ack.Failure, err)
	}
	return ack
}

func (w *world) clicks(user string, m slackemu.Message, button string) slackemu.Ack {
	w.t.Helper()
	ack, err := w.ws.Click(w.t.Context(), user, m, button)
	if err != nil || !ack.OK() {
		w.t.Fatalf("%s clicks %s: %s, %v", user, button, ack.Failure, err)
	}
	return ack
}

// proposed types an upgrade and returns its card.
func (w *world) proposed() slackemu.Message {
	w.t.Helper()
	w.types("alice", "upgrade 2.5.0")
	w.settle(5 * time.Second)
	return w.card()
}

// card is the one card in the channel.
func (w *world) card() slackemu.Message {
	w.t.Helper()
	var found []slackemu.Message
	for _, m := range w.ws.Messages(prod) {
		if m.FromApp() && len(m.Blocks) > 0 && m.Blocks[0].Type == "header" && slices.ContainsFunc([]string{"Upgrade ", "Maintenance ", "Roll back ", "Rehearse "}, func(does string) bool {
			return strings.HasPrefix(m.Blocks[0].Text.Text, does)
		}) {
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		w.t.Fatalf("%d cards in the channel, want 1:\n%s\n%s", len(found), w.ws.Transcript(prod), w.log)
	}
	return found[0]
}

// told is the last thing that only this person was told.
func (w *world) told(user string) string {
	w.t.Helper()
	told := w.answers(user)
	if len(told) == 0 {
		return ""
	}
	return told[len(told)-1].Plain()
}

// answers are what only this person was told, without the acknowledgements that
// something is being looked at: those may come after the answer.
func (w *world) answers(user string) []slackemu.Message {
	return slices.DeleteFunc(w.ws.Ephemerals(user, prod), func(m slackemu.Message) bool { return strings.HasSuffix(m.Text, " …") })
}

func (w *world) runs() []ops.Run {
	runs, err := w.svc.History(w.t.Context(), "production", 50)
	if err != nil {
		w.t.Fatal(err)
	}
	return runs
}

// slackRoute is the way from the bot to the workspace.
type slackRoute struct{ ws *slackemu.Workspace }

func (s slackRoute) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	s.ws.ServeHTTP(rec, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return rec.Result(), nil
}

// app is the way from the workspace to the bot.
type app struct{ w *world }

func (a app) Do(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = io.NopCloser(strings.NewReader(""))
	}
	a.w.bot.Handler().ServeHTTP(rec, r)
	return rec.Result(), nil
}

func tooManyBlocks() slack.Blocks {
	var b slack.Blocks
	for range 60 {
		b.BlockSet = append(b.BlockSet, slack.NewDividerBlock())
	}
	return b
}
