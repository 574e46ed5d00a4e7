package wire

import (
	"reflect"
	"sync"
)

// keep holds parts with the configuration they were made of, so that a reload that
// changes nothing about one goes on with it. A part that is not used any more stays,
// for a run may still be using it.
type keep[P any] struct {
	mu    sync.Mutex
	parts []kept[P]
}

type kept[P any] struct {
	from any
	part P
}

// get is the part made before of the same configuration, or a new one.
func (k *keep[P]) get(from any, build func() (P, error)) (P, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, known := range k.parts {
		if reflect.DeepEqual(known.from, from) {
			return known.part, nil
		}
	}
	part, err := build()
	if err == nil {
		k.parts = append(k.parts, kept[P]{from, part})
	}
	return part, err
}

// all are the parts made so far.
func (k *keep[P]) all() []P {
	k.mu.Lock()
	defer k.mu.Unlock()
	parts := make([]P, len(k.parts))
	for i, known := range k.parts {
		parts[i] = known.part
	}
	return parts
}
