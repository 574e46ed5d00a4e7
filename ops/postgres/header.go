package postgres

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// header is what an archive in pg_dump's custom format says of itself at its
// beginning (PostgreSQL source: ReadHead in pg_backup_archiver.c).
type header struct {
	database string
	server   string // version of the server that was dumped
	client   string // version of pg_dump
}

var errNoArchive = errors.New("this is no archive of pg_dump's custom format")

// headerBytes bounds a header: 40 bytes and three short strings.
const headerBytes = 4096

const (
	oldestArchive = 12 // 1.12 is pg_dump 9.0's; older ones had no versions in the header
	byteAlgorithm = 15 // since 1.15 compression is one byte instead of a number
	customFormat  = 1
)

// peekHeader reads the header and leaves it in r.
func peekHeader(r *bufio.Reader) (header, error) {
	text, err := r.Peek(headerBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return header{}, err
	}
	p := headerParser{Reader: bytes.NewReader(text)}
	h := p.header()
	if p.err != nil {
		return header{}, p.err
	}
	return h, nil
}

// headerParser reads numbers and strings until one fails.
type headerParser struct {
	*bytes.Reader
	intSize int
	err     error
}

func (p *headerParser) header() header {
	if string(p.bytes(5)) != "PGDMP" {
		p.err = errNoArchive
		return header{}
	}
	version := p.bytes(3) // major, minor, revision
	p.intSize = int(p.bytes(1)[0])
	layout := p.bytes(2) // size of offsets, format
	if p.err == nil && (version[0] != 1 || version[1] < oldestArchive || layout[1] != customFormat) {
		p.err = fmt.Errorf("%w (version %d.%d)", errNoArchive, version[0], version[1])
	}
	if version[1] >= byteAlgorithm {
		p.bytes(1)
	} else {
		p.number()
	}
	for range 7 { // second, minute, hour, day, month, year, summer time
		p.number()
	}
	return header{database: p.text(), server: p.text(), client: p.text()}
}

// bytes is the next n bytes; zeros once anything failed.
func (p *headerParser) bytes(n int) []byte {
	b := make([]byte, n)
	if p.err != nil {
		return b
	}
	if _, err := io.ReadFull(p, b); err != nil {
		p.err = fmt.Errorf("%w: it ends in its header", errNoArchive)
	}
	return b
}

// number is a sign byte and then the bytes from the lowest.
func (p *headerParser) number() int {
	sign := p.bytes(1)[0]
	n := 0
	for i, b := range p.bytes(min(p.intSize, 4)) {
		n |= int(b) << (8 * i)
	}
	if sign != 0 {
		return -n
	}
	return n
}

func (p *headerParser) text() string {
	n := p.number()
	if n < 0 || p.err != nil {
		return ""
	}
	if n > p.Len() {
		p.err = fmt.Errorf("%w: it ends in its header", errNoArchive)
		return ""
	}
	return string(p.bytes(n))
}
