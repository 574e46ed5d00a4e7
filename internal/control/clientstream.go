package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/keeptrusts/ktops/ops"
)

// Watch implements Viewer. It returns once the daemon is listening for updates,
// so that a caller who reads the run afterwards misses nothing; when the daemon
// cannot be reached, the channel is closed at once.
func (c *Client) Watch(ctx context.Context, id string) <-chan ops.Update {
	updates := make(chan ops.Update)
	response, err := c.send(ctx, http.MethodGet, "/v1/watch?run="+url.QueryEscape(id), nil)
	if err != nil {
		close(updates)
		return updates
	}
	lines := json.NewDecoder(response.Body)
	if err := lines.Decode(new(line[ops.Update])); err != nil {
		_ = response.Body.Close() // the daemon has gone
		close(updates)
		return updates
	}
	go relay(ctx, response, lines, updates)
	return updates
}

// relay passes updates on until the stream or ctx ends.
func relay(ctx context.Context, response *http.Response, lines *json.Decoder, updates chan<- ops.Update) {
	defer close(updates)
	defer func() { _ = response.Body.Close() }() // it was only read
	for {
		var next line[ops.Update]
		if lines.Decode(&next) != nil || next.Result == nil {
			return
		}
		select {
		case updates <- *next.Result:
		case <-ctx.Done():
			return
		}
	}
}

// Backup implements Keeper. A ctx that ends cancels the backup in the daemon.
func (c *Client) Backup(ctx context.Context, environment string, _ ops.Actor, report func(ops.Progress)) (ops.Backup, error) {
	return progress[ops.Backup](ctx, c, environmentPath(environment, "backups"), struct{}{}, report)
}

// VerifyBackup implements Keeper.
func (c *Client) VerifyBackup(ctx context.Context, environment, file string, report func(ops.Progress)) (ops.Backup, error) {
	return progress[ops.Backup](ctx, c, environmentPath(environment, "backups/verify"), backupFile{File: file}, report)
}

// Drill implements Keeper.
func (c *Client) Drill(ctx context.Context, environment, name string, _ ops.Actor, report func(ops.Progress)) (ops.Drill, error) {
	return progress[ops.Drill](ctx, c, environmentPath(environment, "backups/drill"), backupFile{File: name}, report)
}

// RestoreInto implements Keeper.
func (c *Client) RestoreInto(ctx context.Context, environment, file, into string, _ ops.Actor, report func(ops.Progress)) (ops.Restored, error) {
	return progress[ops.Restored](ctx, c, environmentPath(environment, "backups/restore"), backupFile{File: file, Into: into}, report)
}

func progress[T any](ctx context.Context, c *Client, path string, body any, report func(ops.Progress)) (T, error) {
	var none T
	text, err := json.Marshal(body)
	if err != nil {
		return none, fmt.Errorf("write the request: %w", err)
	}
	response, err := c.send(ctx, http.MethodPost, path, bytes.NewReader(text))
	if err != nil {
		return none, err
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	lines := json.NewDecoder(response.Body)
	for {
		var next line[T]
		if err := lines.Decode(&next); err != nil {
			return none, lost(ctx, err)
		}
		switch {
		case next.Error != nil:
			return none, next.Error.err()
		case next.Result != nil:
			return *next.Result, nil
		case next.Progress != nil:
			report(*next.Progress)
		}
	}
}
