package postgres

import _ "embed"

//go:embed sql/server.sql
var serverSQL string

//go:embed sql/largest.sql
var largestSQL string

//go:embed sql/applied.sql
var appliedSQL string

//go:embed sql/copying.sql
var copyingSQL string

//go:embed sql/end_session.sql
var endSessionSQL string

//go:embed sql/beside.sql
var besideSQL string

//go:embed sql/aside.sql
var asideSQL string

//go:embed sql/sessions.sql
var sessionsSQL string

//go:embed sql/properties.sql
var propertiesSQL string

//go:embed sql/live.sql
var liveSQL string

//go:embed sql/end_attempt.sql
var endAttemptSQL string

//go:embed sql/evict.sql
var evictSQL string

//go:embed sql/locale.sql
var localeSQL string

//go:embed sql/tablespace.sql
var tablespaceSQL string

//go:embed sql/tables.sql
var tablesSQL string

//go:embed sql/resolve.sql
var resolveSQL string

//go:embed sql/amcheck.sql
var amcheckSQL string

//go:embed sql/able.sql
var ableSQL string
