package notify

import (
	"bytes"
	_ "embed" // the page of a mail
	"fmt"
	"html/template"
	"regexp"
	"strings"
)

// longestSubject is how long a subject may be; mail programs show less.
const longestSubject = 200

//go:embed mail.html
var mailHTML string

// message is a notice in words for an audience.
func (t *Templates) message(n Notice, audience Audience, statusURL string) (Message, error) {
	facts := n.Facts.toldTo(audience)
	p, ok := t.kinds[n.Kind]
	if !ok {
		return Message{}, fmt.Errorf("there are no words for notices of kind %q", n.Kind)
	}
	words := Words{Facts: facts, Environment: n.Environment, Kind: n.Kind, Run: n.Run, Audience: audience, StatusURL: statusURL}
	m := Message{Key: n.Key, Environment: n.Environment, Kind: n.Kind, Run: n.Run, Audience: audience, At: n.At, Deadline: n.Deadline,
		Facts: facts, StatusURL: statusURL, Invitation: invitation(n)}
	var subject, body bytes.Buffer
	if err := p.subject.Execute(&subject, words); err != nil {
		return m, fmt.Errorf("subject of %s: %w", n.Kind, err)
	}
	if err := p.body.Execute(&body, words); err != nil {
		return m, fmt.Errorf("body of %s: %w", n.Kind, err)
	}
	m.Subject, m.Text = line(subject.String()), paragraphs(body.String())
	var err error
	m.HTML, err = t.html(m)
	return m, err
}

// line is a text on one line: a subject ends at a line break, and what came after it
// would be another header.
func line(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > longestSubject {
		r = append(r[:longestSubject-1], '…')
	}
	return string(r)
}

// paragraphs trims lines and leaves one empty line at most between two.
func paragraphs(s string) string {
	var kept []string
	for _, l := range strings.Split(s, "\n") {
		l = strings.TrimRight(l, " \t\r")
		if l == "" && (len(kept) == 0 || kept[len(kept)-1] == "") {
			continue
		}
		kept = append(kept, l)
	}
	return strings.TrimRight(strings.Join(kept, "\n"), "\n") + "\n"
}

func parsePage() (*template.Template, error) {
	t, err := template.New("mail").Parse(mailHTML)
	if err != nil {
		return nil, fmt.Errorf("read the page of a mail: %w", err)
	}
	return t, nil
}

// html is the message as a page.
func (t *Templates) html(m Message) (string, error) {
	data := struct {
		Message
		Mark       template.CSS
		Paragraphs [][][]piece
	}{Message: m, Mark: template.CSS(mark(m.Kind))}
	for paragraph := range strings.SplitSeq(strings.TrimSpace(m.Text), "\n\n") {
		var lines [][]piece
		for line := range strings.SplitSeq(paragraph, "\n") {
			lines = append(lines, pieces(line))
		}
		data.Paragraphs = append(data.Paragraphs, lines)
	}
	var b bytes.Buffer
	if err := t.page.Execute(&b, data); err != nil {
		return "", fmt.Errorf("write a mail: %w", err)
	}
	return b.String(), nil
}

// piece is a part of a line.
type piece struct {
	Text string
	Link bool
}

var address = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,:;!?)]`)

// pieces are a line with its addresses as links.
func pieces(line string) []piece {
	var list []piece
	rest := 0
	for _, at := range address.FindAllStringIndex(line, -1) {
		list = append(list, piece{Text: line[rest:at[0]]}, piece{Text: line[at[0]:at[1]], Link: true})
		rest = at[1]
	}
	return append(list, piece{Text: line[rest:]})
}

// mark is the colour at the head of a mail: blue for what is planned, green for what
// is over, amber and red for what somebody has to look at.
func mark(kind Kind) string {
	switch kind {
	case Reopened:
		return "#1f8f4e"
	case Failed, Alarm, OccurrenceFailed:
		return "#c62f2f"
	case RolledBack, Held, Missed, Overrun, AsksAgain:
		return "#b7791f"
	}
	return "#2f6fde"
}
