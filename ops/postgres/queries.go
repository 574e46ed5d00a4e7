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
