package compose

import (
	"context"
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// windowGrace is how long a container may take to end in a window. The project's
// own grace is for requests under way; those were drained before.
const windowGrace = 10 * time.Second

// stopper stops all containers of a service behind a closed edge, and keeps them:
// to start them again is the shortest way back.
type stopper struct{ *Platform }

// Done reports whether no container of the service runs.
func (s stopper) Done(ctx context.Context, task ops.Task) (bool, ops.Result, error) {
	project, err := s.load(ctx, nil)
	if err != nil {
		return false, ops.Result{}, err
	}
	all, err := s.instances(ctx, project.Name, task.Step.Service)
	return err == nil && len(running(all)) == 0, ops.Result{Note: "none runs"}, err
}

// Do stops them all at once. What could not be made anew is not stopped.
func (s stopper) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	project, err := s.load(ctx, nil)
	if err != nil {
		return ops.Result{}, err
	}
	service, err := project.GetService(task.Step.Service)
	if err != nil {
		return ops.Result{}, fmt.Errorf("service %s: %w", task.Step.Service, err)
	}
	if reason := bound(project, service); reason != "" {
		return ops.Result{}, fmt.Errorf("service %s cannot get new containers: %s", service.Name, reason)
	}
	all, err := s.instances(ctx, project.Name, service.Name)
	if err != nil {
		return ops.Result{}, err
	}
	up := running(all)
	count := counter(task.Report, len(up), "stopped", 0, 1)
	count(0)
	if err := together(up, count, func(i instance) error { return s.halt(ctx, i) }); err != nil {
		return ops.Result{}, err
	}
	if all, err = s.instances(ctx, project.Name, service.Name); err != nil {
		return ops.Result{}, err
	}
	if left := running(all); len(left) > 0 {
		return ops.Result{}, fmt.Errorf("container %s of service %s runs though all were stopped: somebody else starts them", left[0].name, service.Name)
	}
	return ops.Result{Note: fmt.Sprintf("%d stopped", len(up))}, nil
}

// Undo brings the service back as it was: what was stopped is started, what is
// missing is made from the image it came from, and nothing else of it stays.
func (s stopper) Undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	a, err := s.backward(ctx, task.Step)
	if err != nil {
		return ops.Result{}, err
	}
	if err := s.have(ctx, a.image); err != nil {
		return ops.Result{}, err
	}
	if err := s.raise(ctx, a, []int{a.replicas}, s.brisk(), task.Report); err != nil {
		return ops.Result{}, err
	}
	return ops.Result{Note: fmt.Sprintf("%d containers run %s again", a.replicas, a.image)}, nil
}

// halt stops a container so that the engine does not start it again by itself, not
// even when the engine is restarted.
func (p *Platform) halt(ctx context.Context, i instance) error {
	if err := p.keepStopped(ctx, i); err != nil {
		return err
	}
	began := time.Now()
	if err := p.endGracefully(ctx, i, windowGrace); err != nil {
		return err
	}
	p.log.WithField("container", i.name).WithField("took", time.Since(began).Round(time.Millisecond)).Info("container stopped")
	return nil
}
