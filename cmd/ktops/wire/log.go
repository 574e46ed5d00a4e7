package wire

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/config"
)

// NewLog writes structured lines, and never the value of a secret: a Secret
// prints as its reference anyway, and what came in by another way (an error that
// quotes an address, say) is masked in the finished line.
func NewLog(c config.Log, out io.Writer, secrets [][]byte) *logrus.Logger {
	log := logrus.New()
	log.SetOutput(out)
	SetLevel(log, c)
	log.SetFormatter(Formatter(c, secrets))
	return log
}

// SetLevel changes how much is logged.
func SetLevel(log *logrus.Logger, c config.Log) {
	level, err := logrus.ParseLevel(c.Level)
	if err != nil { // config has validated it
		level = logrus.InfoLevel
	}
	log.SetLevel(level)
}

// Formatter writes lines of key=value, or JSON objects, without the secrets.
func Formatter(c config.Log, secrets [][]byte) logrus.Formatter {
	if c.Format == "json" {
		return &masking{&logrus.JSONFormatter{TimestampFormat: time.RFC3339Nano}, secrets}
	}
	return &masking{&logrus.TextFormatter{DisableColors: true, FullTimestamp: true, TimestampFormat: time.RFC3339}, secrets}
}

// masking is a formatter that takes secrets out of what another has formatted.
type masking struct {
	next    logrus.Formatter
	secrets [][]byte
}

// Format implements logrus.Formatter.
func (m *masking) Format(e *logrus.Entry) ([]byte, error) {
	line, err := m.next.Format(e)
	if err != nil {
		return nil, fmt.Errorf("format a log line: %w", err)
	}
	for _, secret := range m.secrets {
		line = bytes.ReplaceAll(line, secret, []byte("***"))
	}
	return line, nil
}

// shortest is the length from which a value is masked: a shorter one would be
// found in the middle of ordinary words.
const shortest = 6

// Secrets are the values of all secrets of a configuration.
func Secrets(c *config.Config) [][]byte {
	var values [][]byte
	collect(reflect.ValueOf(c), func(s config.Secret) {
		if value := s.Reveal(); len(value) >= shortest {
			values = append(values, []byte(value))
		}
	})
	return values
}

func collect(v reflect.Value, found func(config.Secret)) {
	if v.Type() == reflect.TypeFor[config.Secret]() {
		if secret, ok := v.Interface().(config.Secret); ok {
			found(secret)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			collect(v.Elem(), found)
		}
	case reflect.Slice:
		for i := range v.Len() {
			collect(v.Index(i), found)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				collect(v.Field(i), found)
			}
		}
	}
}
