// Command ktdemo brings up a small real world (a Docker engine, PostgreSQL, nginx,
// the stand-in platform at 2.4.3, a Slack-like workspace and `ktops serve`) and
// plays a story in it: an upgrade asked for and approved in Slack, under load. It
// prints the conversation and what callers saw, and writes .demo/report.json.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/internal/harness"
	"github.com/keeptrusts/ktops/internal/slackemu"
	"github.com/keeptrusts/ktops/internal/stage"
)

func main() {
	play := flag.Bool("play", false, "keep the world and the page up until Ctrl-C")
	soak := flag.Int("soak", 0, "upgrade up and back this many times under load")
	peer := flag.Bool("guide", false, "run the operator guide's own script instead, under the same load")
	scheduled := flag.Bool("window", false, "let a scheduled window do 2.5.0 to 3.0.0, and then the guide's script")
	back := flag.Bool("rollback", false, "upgrade, regret it, and go back by images and with the database; then the guide's restore")
	rate := flag.Int("rate", 150, "requests a second through the edge")
	megabytes := flag.Int64("data", 200, "size of the events table in megabytes")
	flag.Parse()
	if flag.NArg() > 0 || *soak < 0 || *rate < 1 || *megabytes < 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	log := logrus.New()
	log.SetFormatter(&logrus.TextFormatter{FullTimestamp: true, TimestampFormat: "15:04:05"})
	// Docker's libraries warn through the standard logger of things that are meant so.
	logrus.SetOutput(io.Discard)
	var err error
	switch {
	case *peer:
		err = guide(ctx, *rate, *megabytes<<20, logrus.NewEntry(log))
	case *back:
		err = rollback(ctx, *rate, *megabytes<<20, logrus.NewEntry(log))
	case *scheduled:
		err = window(ctx, *rate, *megabytes<<20, logrus.NewEntry(log))
	default:
		err = run(ctx, story{rate: *rate, soak: *soak}, *play, *megabytes<<20, logrus.NewEntry(log))
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "ktdemo:", err)
		os.Exit(1)
	}
}

// run brings the world up, plays the story in it, and takes it down whatever
// happened.
func run(ctx context.Context, s story, play bool, bytes int64, log *logrus.Entry) (err error) {
	fmt.Println("Bringing up a real engine, database, proxy, the platform at 2.4.3, a workspace and ktops serve …")
	st, err := stage.Up(ctx, stage.Options{
		World: harness.Options{DataBytes: bytes, Versions: append(s.versions(), windowTo), Log: log}, WindowIn: time.Hour,
		// Many people type at once in this story; Slack's own limits are for the tests.
		Slack: slackemu.Options{RateFactor: 100, UsageHint: "upgrade 2.5.0, or status, verify, backup, history, help"},
	})
	if err != nil {
		return err
	}
	defer func() {
		fmt.Println("\nTaking everything down …")
		if downErr := st.Down(ctx); err == nil {
			err = downErr
		}
	}()
	s.stage = st
	switch {
	case play:
		return s.play(ctx)
	case s.soak > 0:
		return s.soakRounds(ctx)
	}
	return s.upgrade(ctx)
}
