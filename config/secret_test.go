package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/config"
)

func TestSecret_NeverShowsItsValue(t *testing.T) {
	const value = "hunter2"
	type holder struct {
		Public  config.Secret
		private config.Secret
		Pointer *config.Secret
	}
	for _, secret := range []config.Secret{config.NewSecret("env:TOKEN", value), config.NewSecret("", value)} {
		h := holder{secret, secret, &secret}
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p"} {
			fmt.Fprintf(&out, verb+"\n", secret)
			fmt.Fprintf(&out, verb+"\n", &secret)
			fmt.Fprintf(&out, verb+"\n", h)
		}
		for _, encode := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal} {
			text, err := encode(h)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(text)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("slog", "secret", secret)
		log := logrus.New()
		log.SetOutput(&out)
		log.WithField("secret", secret).Info("text")
		log.SetFormatter(&logrus.JSONFormatter{})
		log.WithField("secret", secret).Info("json")
		for _, leak := range []string{value, fmt.Sprintf("%x", value), fmt.Sprintf("%X", value)} {
			if strings.Contains(out.String(), leak) {
				t.Errorf("%q is in:\n%s", leak, out.String())
			}
		}
		if secret.Reveal() != value {
			t.Errorf("Reveal = %q", secret.Reveal())
		}
	}
}

func TestSecret_FromFile(t *testing.T) {
	folder := t.TempDir()
	text := strings.Replace(read(t, "testdata/minimal.yaml"), "host:", "password: file:db password, host:", 1)
	file := filepath.Join(folder, "ktops.yaml")
	write(t, file, text, 0o600)
	secret := filepath.Join(folder, "db password")

	write(t, secret, "hunter2\n", 0o600)
	c, err := config.Load(file, noSecret)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Environments[0].Database.Password.Reveal(); got != "hunter2" {
		t.Errorf("password = %q: the line's end must go, and the path be relative to ktops.yaml", got)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings = %v", c.Warnings)
	}

	write(t, secret, "hunter2\n", 0o644)
	if c, err = config.Load(file, noSecret); err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].Error(), "everybody on this machine can read") {
		t.Errorf("warnings = %v", c.Warnings)
	}

	write(t, secret, "\n", 0o600)
	if _, err = config.Load(file, noSecret); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("error = %v", err)
	}
}

func TestSlack_SwappedTokensAreTold(t *testing.T) {
	text := read(t, "testdata/minimal.yaml") + "slack: {bot_token: env:BOT, app_token: env:APP}\n"
	swapped := map[string]string{"BOT": "xapp-1", "APP": "xoxb-1"}
	_, err := config.Parse("ktops.yaml", []byte(text), func(name string) (string, bool) { return swapped[name], true })
	if err == nil || !strings.Contains(err.Error(), "bot_token is an app-level token") || !strings.Contains(err.Error(), "app_token is a bot token") {
		t.Errorf("error = %v", err)
	}
}
