// Package wire makes the parts of ktops out of its configuration: it is the only
// place that knows both the configuration and the drivers.
package wire
