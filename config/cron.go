package config

import (
	"errors"

	"github.com/keeptrusts/ktops/scheduler/calendar"
)

func isCron(expression string) bool { return cronProblem(expression) == nil }

// cronProblem is what is wrong with a cron expression, without the expression
// itself, which stands above the caret.
func cronProblem(expression string) error {
	_, err := calendar.Parse(expression, "UTC")
	if cause := errors.Unwrap(err); cause != nil {
		return cause
	}
	return err
}
