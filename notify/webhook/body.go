package webhook

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/notify"
)

// version is that of the body: it grows when a field changes its meaning or goes, and
// not when one is added.
const version = 1

// body is what is posted.
type body struct {
	Version     int             `json:"version"`
	Key         string          `json:"key"`
	Kind        notify.Kind     `json:"kind"`
	Environment string          `json:"environment"`
	Run         string          `json:"run,omitempty"`
	Audience    notify.Audience `json:"audience"`
	// At is when the notice was meant to be sent, Deadline when it is not sent any more.
	At        time.Time    `json:"at"`
	Deadline  time.Time    `json:"deadline"`
	Subject   string       `json:"subject"`
	Text      string       `json:"text"`
	StatusURL string       `json:"status_url,omitempty"`
	Facts     notify.Facts `json:"facts"`
}

func write(m notify.Message) ([]byte, error) {
	text, err := json.Marshal(body{
		Version: version, Key: m.Key, Kind: m.Kind, Environment: m.Environment, Run: m.Run, Audience: m.Audience,
		At: m.At.UTC(), Deadline: m.Deadline.UTC(), Subject: m.Subject, Text: m.Text, StatusURL: m.StatusURL, Facts: m.Facts,
	})
	if err != nil {
		return nil, fmt.Errorf("write notice %s as JSON: %w", m.Key, err)
	}
	return text, nil
}
