package bot_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/bot"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/ops"
)

// overSocket is a world over real connections and in real time.
func overSocket(t testing.TB) *world {
	t.Helper()
	w := &world{svc: newService(), log: &bytes.Buffer{}}
	var err error
	if w.ws, err = slackemu.Start(slackemu.Options{RateFactor: 100}); err != nil {
		t.Fatal(err)
	}
	w.openStoreIn(t)
	log := logrus.New()
	log.SetOutput(w.log)
	transport := &http.Transport{MaxIdleConnsPerHost: 8}
	w.opts = bot.Options{
		BotToken: w.ws.BotToken(), AppToken: w.ws.AppToken(), APIURL: w.ws.APIURL(), HTTP: &http.Client{Transport: transport},
		Service: w.svc, Store: w.store, Log: logrus.NewEntry(log),
		Environments: []bot.Environment{{Name: "production", Channel: prod, Policy: w.svc.policy}, {Name: "staging", Channel: staging, Policy: w.svc.policy}},
	}
	w.bot = bot.New(w.opts)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { _ = w.bot.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
		transport.CloseIdleConnections()
		_ = w.ws.Close()
		_ = w.db.Close()
	})
	if err := w.ws.WaitConnected(within(t, 20*time.Second)); err != nil {
		t.Fatal(err)
	}
	return w
}

func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestSocket_UpgradeIsApprovedAndReportedAlsoAfterADisconnect(t *testing.T) {
	w := overSocket(t)
	ctx := within(t, time.Minute)
	if ack, err := w.ws.Type(ctx, "alice", prod, "/keeptrusts upgrade 2.5.0"); err != nil || !ack.OK() || ack.Transport != "socket" {
		t.Fatalf("%+v, %v", ack, err)
	}
	card, err := w.ws.WaitMessage(ctx, prod, func(m slackemu.Message) bool { return len(m.Buttons()) == 3 })
	if err != nil {
		t.Fatal(err)
	}
	w.ws.Disconnect(slackemu.Cut)
	if err := w.ws.WaitConnected(ctx); err != nil {
		t.Fatal(err)
	}
	if ack, err := w.ws.Click(ctx, "bob", card, "Approve"); err != nil || !ack.OK() {
		t.Fatalf("%+v, %v", ack, err)
	}
	if _, err := w.ws.WaitMessage(ctx, prod, func(m slackemu.Message) bool { return m.Contains("about to start") }); err != nil {
		t.Fatal(err)
	}
	runs, err := w.svc.History(ctx, "production", 1)
	if err != nil || len(runs) != 1 || runs[0].State != ops.Approved {
		t.Errorf("%+v, %v", runs, err)
	}
}

// TestSocket_AcknowledgesWhileTheDomainIsBusy measures what a person waits for
// while twenty slow commands are being worked on.
func TestSocket_AcknowledgesWhileTheDomainIsBusy(t *testing.T) {
	w := overSocket(t)
	w.svc.slow = 500 * time.Millisecond
	measure(t, w, 200)
}

func BenchmarkAcknowledge(b *testing.B) {
	w := overSocket(b)
	w.svc.slow = 500 * time.Millisecond
	for b.Loop() {
		measure(b, w, 50)
	}
}

func measure(t testing.TB, w *world, n int) {
	t.Helper()
	ctx := within(t, 2*time.Minute)
	var lock sync.Mutex
	var took []time.Duration
	var typing sync.WaitGroup
	for person := range 4 {
		typing.Go(func() {
			for i := range n / 4 {
				ack, err := w.ws.Type(ctx, []string{"alice", "bob", "carol", "mallory"}[person], prod, fmt.Sprintf("/keeptrusts plan 2.5.%d", i))
				if err != nil || !ack.OK() || !strings.Contains(ack.Text(), "planning") {
					t.Errorf("%+v, %v", ack.Failure, err)
					return
				}
				lock.Lock()
				took = append(took, ack.Latency)
				lock.Unlock()
			}
		})
	}
	typing.Wait()
	slices.Sort(took)
	if len(took) == 0 {
		t.Fatal("nothing was acknowledged")
	}
	p50, p99 := took[len(took)/2], took[len(took)*99/100]
	t.Logf("%d acknowledgements: p50 %v, p99 %v, most %v", len(took), p50, p99, took[len(took)-1])
	if p99 > time.Second { // far above the target, for this runs on busy machines; Slack's limit is 3 s
		t.Errorf("p99 is %v", p99)
	}
}
