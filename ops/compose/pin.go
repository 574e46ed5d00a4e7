package compose

import (
	"context"
	"fmt"

	"github.com/keeptrusts/ktops/ops"
)

// pinner writes the version into the file that pins the images' tags.
type pinner struct{ *Platform }

// Done reports whether the variable already has the new value.
func (p pinner) Done(ctx context.Context, task ops.Task) (bool, ops.Result, error) {
	to, _, err := p.values(ctx, task.Step)
	if err != nil {
		return false, ops.Result{}, err
	}
	value, err := readVariable(p.options.EnvFile, task.Step.Variable)
	return value == to, p.note(task.Step.Variable, to), err
}

// Do sets the variable.
func (p pinner) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	to, _, err := p.values(ctx, task.Step)
	if err != nil {
		return ops.Result{}, err
	}
	return p.note(task.Step.Variable, to), writeVariable(p.options.EnvFile, task.Step.Variable, to)
}

// Undo sets the variable back, unless somebody has given it a third value since.
func (p pinner) Undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	to, from, err := p.values(ctx, task.Step)
	if err != nil {
		return ops.Result{}, err
	}
	value, err := readVariable(p.options.EnvFile, task.Step.Variable)
	if err != nil {
		return ops.Result{}, err
	}
	if value != to {
		return ops.Result{Note: fmt.Sprintf("%s is %q in %s and was left so", task.Step.Variable, value, p.options.EnvFile)}, nil
	}
	if task.Step.From.IsZero() {
		return ops.Result{}, fmt.Errorf("pin %s: it is not known what it was before, so set it in %s by hand", task.Step.Variable, p.options.EnvFile)
	}
	return p.note(task.Step.Variable, from), writeVariable(p.options.EnvFile, task.Step.Variable, from)
}

// values are what the variable becomes and was, written as it is written now.
func (p pinner) values(ctx context.Context, step ops.Step) (to, from string, err error) {
	pins, err := p.pins(ctx)
	if err != nil {
		return "", "", err
	}
	for _, pin := range pins {
		if pin.Variable == step.Variable {
			return pin.value(step.To), pin.value(step.From), nil
		}
	}
	return "", "", fmt.Errorf("pin %s: no image of the driven services has this variable for its tag any more: plan again", step.Variable)
}

func (p pinner) note(variable, value string) ops.Result {
	return ops.Result{Note: fmt.Sprintf("%s=%s in %s", variable, value, p.options.EnvFile)}
}
