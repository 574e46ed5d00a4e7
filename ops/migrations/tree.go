package migrations

import "encoding/json"

// What of libpg_query's tree is looked at. A node is an object with one key, its type.

type rawStatement struct {
	Node   node `json:"stmt"`
	Start  int  `json:"stmt_location"`
	Length int  `json:"stmt_len"` // zero: to the end
}

type node map[string]json.RawMessage

// of is the type of a node, and its fields.
func (n node) of() (string, json.RawMessage) {
	for name, fields := range n {
		return name, fields
	}
	return "", nil
}

// as reads the fields of a node. A field of a shape that is not expected is left empty.
func as[T any](fields json.RawMessage) T {
	var into T
	if json.Unmarshal(fields, &into) != nil {
		var nothing T
		return nothing
	}
	return into
}

type relation struct {
	Schema string `json:"schemaname"`
	Name   string `json:"relname"`
}

func (r relation) String() string {
	if r.Schema != "" {
		return r.Schema + "." + r.Name
	}
	return r.Name
}

type alterTable struct {
	Relation relation `json:"relation"`
	Commands []node   `json:"cmds"`
	Object   string   `json:"objtype"`
}

type alterCommand struct {
	Subtype string `json:"subtype"`
	Name    string `json:"name"`
	Def     node   `json:"def"`
}

type columnDef struct {
	Name        string   `json:"colname"`
	Type        typeName `json:"typeName"`
	Constraints []node   `json:"constraints"`
}

type typeName struct {
	Names []node `json:"names"`
}

// last is the name of the type without its schema.
func (t typeName) last() string { return lastName(t.Names) }

type constraint struct {
	Type     string `json:"contype"`
	NotValid bool   `json:"skip_validation"`
	Index    string `json:"indexname"`
	Raw      node   `json:"raw_expr"`
	// Referenced is the other table of a foreign key.
	Referenced relation `json:"pktable"`
}

type text struct {
	Value string `json:"sval"`
}

// lastName is the last of a list of String nodes.
func lastName(names []node) string {
	if len(names) == 0 {
		return ""
	}
	return as[text](names[len(names)-1]["String"]).Value
}

// joined is a list of String nodes as one name.
func joined(names []node) string {
	if len(names) < 2 {
		return lastName(names)
	}
	return relation{Schema: as[text](names[len(names)-2]["String"]).Value, Name: lastName(names)}.String()
}
