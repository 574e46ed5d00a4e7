package migrations

import (
	"encoding/json"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// looked is a statement with whether PostgreSQL wants it outside of any transaction.
type looked struct {
	ops.Statement
	alone bool
}

func (l *looked) hint(kind ops.HintKind, means string) {
	l.Hints = append(l.Hints, ops.Hint{Kind: kind, Table: l.Table, Means: means})
}

// look tells what a statement does by its type in the tree.
func look(kind string, fields json.RawMessage) looked {
	switch kind {
	case "AlterTableStmt":
		return lookAlterTable(as[alterTable](fields))
	case "RenameStmt":
		return lookRename(fields)
	case "DropStmt":
		return lookDrop(fields)
	case "IndexStmt":
		return lookIndex(fields)
	case "ReindexStmt":
		return lookReindex(fields)
	case "UpdateStmt", "DeleteStmt":
		return lookEveryRow(kind, fields)
	case "DoStmt", "CallStmt":
		var l looked
		l.Kind = map[string]string{"DoStmt": "DO", "CallStmt": "CALL"}[kind]
		l.hint(ops.NotToldApart, "what this code does cannot be told from its text: rehearse it")
		return l
	}
	return lookPlain(kind, fields)
}

// on is a statement about one table.
func on(kind string, fields json.RawMessage) looked {
	var l looked
	l.Kind = kind
	l.Table = as[struct {
		Relation relation `json:"relation"`
	}](fields).Relation.String()
	return l
}

// lookPlain looks at the statements that are told by their type and options alone.
func lookPlain(kind string, fields json.RawMessage) looked {
	switch kind {
	case "CreateStmt":
		return on(ops.CreateTable, fields)
	case "InsertStmt":
		return on("INSERT", fields)
	case "CreateTrigStmt":
		return on("CREATE TRIGGER", fields)
	case "ClusterStmt":
		l := on("CLUSTER", fields)
		l.hint(ops.Rewrites, "the table is written anew, and nobody can read it meanwhile")
		return l
	case "RefreshMatViewStmt":
		return lookRefresh(fields)
	case "VacuumStmt":
		return lookVacuum(fields)
	case "TruncateStmt", "LockStmt":
		return lookRelations(kind, fields)
	}
	return looked{}
}

func lookRename(fields json.RawMessage) looked {
	l := on("ALTER", fields)
	r := as[struct {
		What string `json:"renameType"`
		Name string `json:"subname"`
	}](fields)
	switch r.What {
	case "OBJECT_TABLE", "OBJECT_VIEW":
		l.Kind = "ALTER " + strings.TrimPrefix(r.What, "OBJECT_")
		l.hint(ops.BreaksOld, "it gets another name, by which the API that runs does not know it")
	case "OBJECT_COLUMN":
		l.Kind = "ALTER TABLE"
		l.hint(ops.BreaksOld, "column "+r.Name+" gets another name, by which the API that runs does not know it")
	default:
		l.Kind, l.Table = "", ""
	}
	return l
}

func lookDrop(fields json.RawMessage) looked {
	d := as[struct {
		Objects    []node `json:"objects"`
		What       string `json:"removeType"`
		Concurrent bool   `json:"concurrent"`
	}](fields)
	var l looked
	l.alone = d.Concurrent
	if d.What != "OBJECT_TABLE" && d.What != "OBJECT_VIEW" && d.What != "OBJECT_MATVIEW" {
		return l
	}
	for _, object := range d.Objects {
		l.Table = joined(as[struct {
			Items []node `json:"items"`
		}](object["List"]).Items)
		l.hint(ops.BreaksOld, "it is dropped, and the API that runs may still read it")
	}
	return l
}

// A condition that is there is not looked into.
func lookEveryRow(kind string, fields json.RawMessage) looked {
	verb := strings.ToUpper(strings.TrimSuffix(kind, "Stmt"))
	l := on(verb, fields)
	condition := as[struct {
		Where node `json:"whereClause"`
	}](fields)
	if condition.Where == nil {
		means := "without WHERE every row is written again: the table grows by as much, and its rows stay locked until the migration ends"
		if verb == "DELETE" {
			means = "without WHERE every row is removed, one by one"
		}
		l.hint(ops.EveryRow, means)
	}
	return l
}

func lookRelations(kind string, fields json.RawMessage) looked {
	var l looked
	l.Kind = map[string]string{"TruncateStmt": "TRUNCATE", "LockStmt": "LOCK"}[kind]
	s := as[struct {
		Relations []struct {
			RangeVar relation
		} `json:"relations"`
		Mode int `json:"mode"`
	}](fields)
	for _, r := range s.Relations {
		l.Table = r.RangeVar.String()
		switch {
		case kind == "TruncateStmt":
			l.hint(ops.EveryRow, "every row is removed at once, and nobody can read the table until the migration ends")
		case s.Mode == accessExclusive:
			l.hint(ops.BlocksAll, "nobody can read or write the table until the migration ends")
		}
	}
	return l
}

// accessExclusive is that lock's number in PostgreSQL (storage/lockdefs.h).
const accessExclusive = 8

func lookVacuum(fields json.RawMessage) looked {
	v := as[struct {
		Options []node `json:"options"`
		Tables  []struct {
			VacuumRelation struct {
				Relation relation `json:"relation"`
			}
		} `json:"rels"`
		Vacuum bool `json:"is_vacuumcmd"`
	}](fields)
	var l looked
	l.alone = v.Vacuum
	for _, t := range v.Tables {
		l.Table = t.VacuumRelation.Relation.String()
		if option(v.Options, "full") {
			l.hint(ops.Rewrites, "the table is written anew, and nobody can read it meanwhile")
		}
	}
	return l
}

func lookRefresh(fields json.RawMessage) looked {
	l := on("REFRESH MATERIALIZED VIEW", fields)
	if !as[struct {
		Concurrent bool `json:"concurrent"`
	}](fields).Concurrent {
		l.hint(ops.BlocksAll, "nobody can read it while it is computed; CONCURRENTLY would let them")
	}
	return l
}

// option reports whether a list of options has one of that name.
func option(options []node, name string) bool {
	for _, o := range options {
		if as[struct {
			Name string `json:"defname"`
		}](o["DefElem"]).Name == name {
			return true
		}
	}
	return false
}
