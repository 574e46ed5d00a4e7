package scheduler

import (
	"github.com/sirupsen/logrus"

	"github.com/keeptrusts/ktops/ops"
	"github.com/keeptrusts/ktops/scheduler/store"
)

func fields(o store.Occurrence) logrus.Fields {
	return logrus.Fields{"environment": o.Environment, "window": o.Window, "opening": o.Key}
}

// name tells an occurrence from all others.
func name(environment string, o ops.Opening) string {
	return environment + "/" + o.Window + "/" + o.Key
}
