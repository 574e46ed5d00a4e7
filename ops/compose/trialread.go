package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// readTimeout bounds one read of a trial: on a big copy whose statistics are new it
// takes longer than a health check may.
const readTimeout = time.Minute

// read asks a trial for a route that reads tables.
func (p *Platform) read(ctx context.Context, i instance, s ServiceOptions, path string) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var failures []error
	for _, address := range i.addresses {
		status, err := p.readAt(ctx, net.JoinHostPort(address.String(), strconv.Itoa(s.Port)), path)
		if err == nil {
			return readable(path, status)
		}
		failures = append(failures, err)
	}
	return fmt.Errorf("ask %s: %w", path, errors.Join(failures...))
}

func (p *Platform) readAt(ctx context.Context, host, path string) (status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+path, nil)
	if err != nil {
		return 0, err
	}
	if token := p.options.Trials.Token; token != nil && token() != "" {
		request.Header.Set("Authorization", "Bearer "+token())
	}
	asking := *p.web
	asking.Timeout = readTimeout
	response, err := asking.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

// readable judges an answer: one that was refused has read no table, nor has one that
// only leads elsewhere.
func readable(path string, status int) error {
	answer := fmt.Sprintf("%s answers %d %s", path, status, http.StatusText(status))
	switch {
	case status >= http.StatusOK && status < http.StatusMultipleChoices:
		return nil
	case status >= http.StatusMultipleChoices && status < http.StatusBadRequest:
		return fmt.Errorf("%s, so whether it can read its tables is not known: set trials.reads to routes that answer themselves", answer)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fmt.Errorf("%s, so whether it can read its tables is not known: set checks.api_token to a token that the API accepts", answer)
	case status == http.StatusNotFound:
		return fmt.Errorf("%s, so whether it can read its tables is not known: set trials.reads to routes that it has", answer)
	}
	return errors.New(answer)
}
