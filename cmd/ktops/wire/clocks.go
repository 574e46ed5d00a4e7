package wire

import "github.com/keeptrusts/ktops/config"

// Clocks are the zones of the environments, as the configuration has them now.
type Clocks struct{ Current func() *config.Config }

// Zone implements control.Clocks.
func (c Clocks) Zone(environment string) string {
	for _, e := range c.Current().Environments {
		if e.Name == environment {
			return e.Zone
		}
	}
	return "UTC"
}
