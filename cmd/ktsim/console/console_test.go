package console_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/cmd/ktsim/console"
	"github.com/keeptrusts/ktops/cmd/ktsim/service"
)

func TestConsole_ShowsItsVersionAndAsksTheAPI(t *testing.T) {
	log := logrus.New()
	log.SetOutput(io.Discard)
	addresses, result := make(chan net.Addr, 1), make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		result <- console.Run(ctx, service.Runtime{
			Version: "2.4.3", Addr: "127.0.0.1:0", Log: logrus.NewEntry(log),
			Listening: func(a net.Addr) { addresses <- a },
		})
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+(<-addresses).String()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2.4.3", `fetch("/api/health")`} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	stop()
	if err := <-result; err != nil {
		t.Error(err)
	}
}
