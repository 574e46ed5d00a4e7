package migrations

import (
	"slices"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// lookAlterTable goes by PostgreSQL's documentation, ALTER TABLE.
func lookAlterTable(a alterTable) looked {
	var l looked
	if a.Object != "OBJECT_TABLE" {
		return l
	}
	l.Kind, l.Table = "ALTER TABLE", a.Relation.String()
	for _, n := range a.Commands {
		l.command(as[alterCommand](n["AlterTableCmd"]))
	}
	return l
}

func (l *looked) command(c alterCommand) {
	switch c.Subtype {
	case "AT_AddColumn":
		l.addColumn(as[columnDef](c.Def["ColumnDef"]))
	case "AT_AlterColumnType":
		l.columnType(c.Name, as[columnDef](c.Def["ColumnDef"]))
	case "AT_DropColumn":
		l.hint(ops.BreaksOld, "column "+c.Name+" is dropped, and the API that runs may still read it")
	case "AT_SetNotNull":
		l.hint(ops.BlocksAll, "SET NOT NULL of "+c.Name+" reads the whole table, and nobody else can meanwhile; a validated CHECK ("+c.Name+" IS NOT NULL) would spare that")
	case "AT_AddConstraint":
		l.addConstraint(as[constraint](c.Def["Constraint"]))
	case "AT_ValidateConstraint":
		l.hint(ops.ReadsAll, "VALIDATE CONSTRAINT reads the whole table; others can use it, unless the same migration took a stronger lock, which it keeps")
	case "AT_SetLogged", "AT_SetUnLogged", "AT_SetTableSpace", "AT_SetAccessMethod", "AT_SetExpression":
		l.hint(ops.Rewrites, "the table is written anew, and nobody can read it meanwhile")
	case "AT_AttachPartition":
		l.hint(ops.BlocksAll, "the partition is read whole under an exclusive lock, unless a constraint of it says already what fits")
	}
}

func (l *looked) columnType(column string, def columnDef) {
	means := "the new type of " + column + " writes the table anew, and nobody can read it meanwhile"
	if slices.Contains([]string{"text", "varchar", "numeric", "varbit"}, def.Type.last()) {
		means += "; only where the old type is stored alike, such as a shorter varchar, it does not"
	}
	l.hint(ops.Rewrites, means)
}

func (l *looked) addColumn(def columnDef) {
	if strings.HasSuffix(def.Type.last(), "serial") {
		l.hint(ops.Rewrites, "column "+def.Name+" gets a number in every row: the table is written anew, and nobody can read it meanwhile")
		return
	}
	given := def.has("CONSTR_DEFAULT", "CONSTR_GENERATED", "CONSTR_IDENTITY")
	if def.has("CONSTR_NOTNULL") && !given {
		l.hint(ops.WillFail, "column "+def.Name+" is NOT NULL without a default: it is refused as soon as the table has a row")
	}
	for _, n := range def.Constraints {
		c := as[constraint](n["Constraint"])
		switch c.Type {
		case "CONSTR_DEFAULT":
			l.columnDefault(def.Name, c)
		case "CONSTR_GENERATED", "CONSTR_IDENTITY":
			l.hint(ops.Rewrites, "column "+def.Name+" is computed for every row: the table is written anew, and nobody can read it meanwhile")
		case "CONSTR_FOREIGN":
			if given { // else all are NULL, and PostgreSQL does not look
				l.addConstraint(c)
			}
		default:
			l.addConstraint(c)
		}
	}
}

// has reports whether a column has a constraint of one of the types.
func (d columnDef) has(types ...string) bool {
	return slices.ContainsFunc(d.Constraints, func(n node) bool { return slices.Contains(types, as[constraint](n["Constraint"]).Type) })
}

// columnDefault: a constant, or what is the same for all rows of a statement, is kept
// in the catalogue; what may differ from row to row is written into each.
func (l *looked) columnDefault(column string, c constraint) {
	functions := calls(c.Raw)
	switch {
	case slices.ContainsFunc(functions, func(name string) bool { return slices.Contains(volatile(), name) }):
		l.hint(ops.Rewrites, "the default of column "+column+" differs from row to row: the table is written anew, and nobody can read it meanwhile")
	case slices.ContainsFunc(functions, func(name string) bool { return !slices.Contains(stable(), name) }):
		l.hint(ops.NotToldApart, "the default of column "+column+" calls a function: if that is volatile, the table is written anew, and nobody can read it meanwhile")
	}
}

func volatile() []string {
	return []string{"gen_random_uuid", "random", "random_normal", "clock_timestamp", "timeofday", "nextval", "uuid_generate_v1", "uuid_generate_v1mc",
		"uuid_generate_v4", "gen_random_bytes", "uuidv4", "uuidv7", "setval", "txid_current", "pg_current_xact_id"}
}

func stable() []string {
	return []string{"now", "transaction_timestamp", "statement_timestamp", "current_setting", "to_timestamp", "date_trunc", "timezone", "lower", "upper",
		"coalesce", "jsonb_build_object", "jsonb_build_array", "json_build_object", "to_jsonb", "make_interval", "md5", "current_database", "current_schema"}
}

func (l *looked) addConstraint(c constraint) {
	name := strings.TrimPrefix(c.Type, "CONSTR_")
	switch {
	case c.NotValid || c.Index != "":
	case c.Type == "CONSTR_CHECK":
		l.hint(ops.BlocksAll, "the new CHECK reads the whole table, and nobody else can meanwhile; NOT VALID first and VALIDATE CONSTRAINT in a later migration would spare that")
	case c.Type == "CONSTR_FOREIGN":
		l.hint(ops.BlocksWrites, "the new FOREIGN KEY reads the whole table, and nobody can write to it or to "+c.Referenced.String()+
			" meanwhile; NOT VALID first and VALIDATE CONSTRAINT in a later migration would spare that")
	case c.Type == "CONSTR_PRIMARY" || c.Type == "CONSTR_UNIQUE" || c.Type == "CONSTR_EXCLUSION":
		l.hint(ops.BlocksAll, "the new "+name+" builds an index, and nobody can use the table meanwhile; CREATE UNIQUE INDEX CONCURRENTLY first and USING INDEX would spare that")
	}
}
