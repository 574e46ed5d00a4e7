package ops

// Component is a part of Keeptrusts that an upgrade moves.
type Component string

// The components, in upgrade order (guide: Component Dependencies).
const (
	Database Component = "database"
	API      Component = "api"
	Console  Component = "console"
	Gateway  Component = "gateway"
)

// Services lists the components that run as containers, in upgrade order. The
// database's own step is the migration that the first new API applies.
func Services() []Component { return []Component{API, Console, Gateway} }
