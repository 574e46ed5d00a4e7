package slackemu

import (
	"encoding/json"
	"testing"
)

// FuzzParseBlocks: whatever an app sends, the validator answers; and what it accepts it also
// accepts once more after it was stored.
func FuzzParseBlocks(f *testing.F) {
	for _, seed := range []string{
		`[]`, `[{"type":"divider"}]`, `[{"type":"section","text":{"type":"mrkdwn","text":"x"}}]`,
		`[{"type":"context","elements":[{"type":"mrkdwn","text":"x"},{"type":"image","image_url":"u","alt_text":"a"}]}]`,
		`[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Go"}}]}]`,
		`[{"type":"input","label":{"type":"plain_text","text":"L"},"element":{"type":"plain_text_input"}}]`,
		`[null]`, `[{"type":"section","accessory":null,"fields":[{}]}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		blocks, problems, err := parseBlocks([]byte(raw), "/blocks", messageSurface())
		if err != nil || len(problems) > 0 {
			return
		}
		n := 0
		name(blocks, func(prefix string) string { n++; return prefix + "_generated_" + string(rune('a'+n)) })
		stored, err := json.Marshal(blocks)
		if err != nil {
			t.Fatal(err)
		}
		if _, problems, err := parseBlocks(stored, "/blocks", messageSurface()); err != nil || len(problems) > 0 {
			t.Errorf("accepted %s but not, as stored, %s: %v %v", raw, stored, problems, err)
		}
	})
}
