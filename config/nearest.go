package config

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearest is the known word that is closest to what was written; empty when none
// is close.
func nearest(written string, known []string) string {
	best, distance := "", 1+(len(written)+2)/3
	for _, word := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(written), strings.ToLower(word)); d < distance {
			best, distance = word, d
		}
	}
	return best
}

// didYouMean suggests a word, if there is one.
func didYouMean(word string) string {
	if word == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %s?", word)
}
