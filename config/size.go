package config

import (
	"errors"
	"math"
	"strconv"

	"github.com/dustin/go-humanize"
)

// Size is a number of bytes, written as 10GB (powers of 1000) or 10GiB (powers
// of 1024).
type Size int64

var errSize = errors.New("is not a size such as 500MB or 10GiB")

// Bytes is the size as a number.
func (s Size) Bytes() int64 { return int64(s) }

// String is the size for people.
func (s Size) String() string { return humanize.Bytes(uint64(max(s, 0))) }

// MarshalText writes the size exactly, in bytes.
func (s Size) MarshalText() ([]byte, error) {
	return []byte(strconv.FormatInt(int64(s), 10) + "B"), nil
}

// UnmarshalText reads what people write.
func (s *Size) UnmarshalText(text []byte) error {
	n, err := humanize.ParseBytes(string(text))
	if err != nil || n > math.MaxInt64 {
		return errSize
	}
	*s = Size(n)
	return nil
}
