package postgres

import (
	"io"
	"maps"
	"strings"
	"testing"
	"testing/iotest"
)

func TestCopyRows_CountsWhateverIsInTheRows(t *testing.T) {
	const text = `--
-- Data for Name: events; Type: TABLE DATA
--

COPY public.events (id, detail) FROM stdin;
1	one
2	\N
3	COPY public.other (id) FROM stdin;
4	a\nb
\.	not the end
\.


COPY public."odd ""name (x)" ("a b") FROM stdin;

\.

COPY public.nothing  FROM stdin;
\.
SELECT pg_catalog.setval('public.events_id_seq', 5, true);
COPY public.last (id) FROM stdin;
x
\.
`
	want := map[string]int64{"public.events": 5, `public."odd ""name (x)"`: 1, "public.nothing": 0, "public.last": 1}
	for what, r := range map[string]io.Reader{"whole": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text))} {
		c := newCopyRows()
		if _, err := io.Copy(c, readerOnly{r}); err != nil || !maps.Equal(c.rows, want) {
			t.Errorf("%s: counted %v (%v), want %v", what, c.rows, err, want)
		}
	}
}
