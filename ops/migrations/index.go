package migrations

import (
	"encoding/json"

	"github.com/keeptrusts/ktops/ops"
)

func lookIndex(fields json.RawMessage) looked {
	l := on("CREATE INDEX", fields)
	if l.alone = as[struct {
		Concurrent bool `json:"concurrent"`
	}](fields).Concurrent; !l.alone {
		l.hint(ops.BlocksWrites, "nobody can write to the table while the index is built; CONCURRENTLY would let them")
	}
	return l
}

func lookReindex(fields json.RawMessage) looked {
	l := on("REINDEX", fields)
	r := as[struct {
		What    string `json:"kind"`
		Options []node `json:"params"`
	}](fields)
	if r.What != "REINDEX_OBJECT_TABLE" {
		l.Table = "" // it names an index, or a schema
	}
	if l.alone = option(r.Options, "concurrently"); !l.alone {
		l.hint(ops.BlocksWrites, "nobody can write to the table, nor read by its indexes, while they are built; CONCURRENTLY would let them")
	}
	return l
}
