package nginx

import (
	"context"
	"errors"
	"slices"
)

// host is the machine that has nginx's files: this one, or another one that an
// agent speaks for.
type host interface {
	ask(ctx context.Context, r request) (answer, error)
}

// What a host can be asked. A request never carries a command or a folder: those
// are the host's own.
const (
	readFile    = "read"
	writeFile   = "write"
	removeFile  = "remove"
	checkFolder = "check"   // can files be written?
	testConf    = "test"    // does nginx take its configuration?
	reloadConf  = "reload"  // load it
	listWorkers = "workers" // who serves, and what from before a reload
	inspectConf = "inspect" // what of the whole configuration concerns the edge
)

// The files of the managed folder, and all that a host reads or writes.
const (
	confFile  = "ktops.conf"
	pageFile  = "closed.html"
	jsonFile  = "closed.json"
	stateFile = "state.json"
)

func known(file string) bool {
	return slices.Contains([]string{confFile, pageFile, jsonFile, stateFile}, file)
}

// request is one thing that a host is asked; File and Body where it is about a file.
type request struct {
	Do   string `json:"do"`
	File string `json:"file,omitempty"`
	Body []byte `json:"body,omitempty"`
}

// answer is what the host says to it.
type answer struct {
	Body    []byte      `json:"body,omitempty"`
	Absent  bool        `json:"absent,omitempty"` // there is no such file
	Workers []worker    `json:"workers,omitempty"`
	Seen    *inspection `json:"seen,omitempty"`
}

// read is the text of a file; ok tells whether there is one.
func (e *Edge) read(ctx context.Context, file string) (body []byte, ok bool, err error) {
	a, err := e.host.ask(ctx, request{Do: readFile, File: file})
	return a.Body, err == nil && !a.Absent, err
}

func (e *Edge) write(ctx context.Context, file string, body []byte) error {
	_, err := e.host.ask(ctx, request{Do: writeFile, File: file, Body: body})
	return err
}

func (e *Edge) remove(ctx context.Context, file string) error {
	_, err := e.host.ask(ctx, request{Do: removeFile, File: file})
	return err
}

// workers are never none: a list without any would end a drain that has not begun.
func (e *Edge) workers(ctx context.Context) ([]worker, error) {
	a, err := e.host.ask(ctx, request{Do: listWorkers})
	if err == nil && len(a.Workers) == 0 {
		err = errors.New("see nginx's workers: there is none; nginx does not run, or ktops may not see the processes of others (ProtectProc of its unit), and then needs an agent that may")
	}
	return a.Workers, err
}

// do asks for what has no answer but that it was done.
func (e *Edge) do(ctx context.Context, what string) error {
	_, err := e.host.ask(ctx, request{Do: what})
	return err
}
