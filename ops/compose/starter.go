package compose

import (
	"context"
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	composelib "github.com/docker/compose/v5/pkg/compose"

	"github.com/keeptrusts/ktops/ops"
)

// starter starts a stopped service on a new image, behind a closed edge.
type starter struct{ *Platform }

// Done reports whether the number declared is healthy on the new image, configured
// as the project says, and no other container of the service is left.
func (s starter) Done(ctx context.Context, task ops.Task) (bool, ops.Result, error) {
	a, err := s.forward(ctx, task.Step)
	if err != nil {
		return false, ops.Result{}, err
	}
	all, err := s.instances(ctx, a.project.Name, a.service.Name)
	if err != nil {
		return false, ops.Result{}, err
	}
	up := running(a.part(all).ours)
	if len(up) != a.replicas || len(all) != a.replicas {
		return false, ops.Result{}, nil
	}
	for _, i := range up {
		if s.answering(ctx, i, a.service) != nil {
			return false, ops.Result{}, ctx.Err()
		}
	}
	return true, s.note(a), nil
}

// Do starts all containers at once; where the first has migrations to apply it
// starts alone, and the others once it is healthy. The old ones are removed at the
// end. A container that does not become healthy stays, for people to look into and
// because the old ones may not start any more; Undo removes it, and the next Do
// goes on with it or makes it anew.
func (s starter) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	if err := s.approved(ctx, task.Step.Image, task.Step.ImageID); err != nil {
		return ops.Result{}, err
	}
	a, err := s.forward(ctx, task.Step)
	if err != nil {
		return ops.Result{}, err
	}
	stages, patient := []int{a.replicas}, s.brisk()
	if task.Step.Migrates {
		patient = s.migrating()
	}
	if task.Step.Migrates && a.replicas > 1 {
		stages = []int{1, a.replicas}
	}
	if err := s.raise(ctx, a, stages, patient, task.Report); err != nil {
		return ops.Result{}, err
	}
	return s.note(a), nil
}

// Undo removes what runs the new image, and nothing else.
func (s starter) Undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	project, err := s.load(ctx, nil)
	if err != nil {
		return ops.Result{}, err
	}
	all, err := s.instances(ctx, project.Name, task.Step.Service)
	if err != nil {
		return ops.Result{}, err
	}
	var fresh []instance
	for _, i := range all {
		if i.image == task.Step.Image {
			fresh = append(fresh, i)
		}
	}
	// Asked to end first: one that migrates gives up in order.
	if err := together(running(fresh), quietly, func(i instance) error { return s.endGracefully(ctx, i, windowGrace) }); err != nil {
		return ops.Result{}, err
	}
	count := counter(task.Report, len(fresh), "removed", 0, 1)
	count(0)
	if err := together(fresh, count, func(i instance) error { return s.remove(ctx, i.id, withVolumes) }); err != nil {
		return ops.Result{}, err
	}
	return ops.Result{Note: fmt.Sprintf("%d containers of %s removed", len(fresh), task.Step.Image)}, nil
}

func (s starter) note(a aim) ops.Result {
	return ops.Result{Note: fmt.Sprintf("%d of %d healthy on %s", a.replicas, a.replicas, a.image)}
}

// forward aims at the step's image with the configuration that the project has now:
// what an earlier attempt made from another is old.
func (s starter) forward(ctx context.Context, step ops.Step) (aim, error) {
	a, err := s.Platform.forward(ctx, step)
	if err != nil {
		return aim{}, err
	}
	if reason := bound(a.project, a.declared); reason != "" {
		return aim{}, fmt.Errorf("service %s cannot get new containers: %s", step.Service, reason)
	}
	if refersToOthers(a.declared) {
		return a, nil // Compose writes a hash of its own making
	}
	a.hash, err = composelib.ServiceHash(a.declared)
	if err != nil {
		return aim{}, fmt.Errorf("service %s: compute the hash of its configuration: %w", step.Service, err)
	}
	return a, nil
}

// refersToOthers reports whether the service lives inside containers of others,
// whose IDs Compose then writes into its configuration.
func refersToOthers(s types.ServiceConfig) bool {
	for _, mode := range []string{s.NetworkMode, s.Ipc, s.Pid} {
		if strings.HasPrefix(mode, types.ServicePrefix) {
			return true
		}
	}
	return len(s.VolumesFrom) > 0
}
