package compose

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/keeptrusts/ktops/ops"
)

// roller replaces the containers of a service one at a time.
type roller struct{ *Platform }

// Done reports whether as many containers as the step replaces, from the first
// on, are healthy on the new image, and none is there beyond those declared.
func (r roller) Done(ctx context.Context, task ops.Task) (bool, ops.Result, error) {
	a, err := r.forward(ctx, task.Step)
	if err != nil {
		return false, ops.Result{}, err
	}
	done, err := r.reached(ctx, a, task.Step.Replica)
	return done, ops.Result{Note: fmt.Sprintf("%d of %d containers run %s", task.Step.Replica, a.replicas, a.image)}, err
}

// Do replaces one container. When the new one does not become healthy, or ctx
// ends before an old one was told to stop, the new one is removed again.
func (r roller) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	if err := r.approved(ctx, task.Step.Image, task.Step.ImageID); err != nil {
		return ops.Result{}, err
	}
	a, err := r.forward(ctx, task.Step)
	if err != nil {
		return ops.Result{}, err
	}
	name, err := r.replace(ctx, a, task.Step.Replica, task.Report)
	if err != nil {
		return ops.Result{}, err
	}
	return ops.Result{Note: fmt.Sprintf("%s runs %s", name, a.image)}, nil
}

// Undo brings the whole service back to the version it came from, in the same
// rolling way. Undoing the service's other steps then finds nothing to do.
func (r roller) Undo(ctx context.Context, task ops.Task) (ops.Result, error) {
	a, err := r.backward(ctx, task.Step)
	if err != nil {
		return ops.Result{}, err
	}
	if err := r.have(ctx, a.image); err != nil {
		return ops.Result{}, err
	}
	for i := 1; i <= a.replicas; i++ {
		done, err := r.reached(ctx, a, i)
		if err != nil {
			return ops.Result{}, err
		}
		if done {
			continue
		}
		if _, err := r.replace(ctx, a, i, task.Report); err != nil {
			return ops.Result{}, err
		}
	}
	return ops.Result{Note: fmt.Sprintf("%d containers run %s again", a.replicas, a.image)}, nil
}

// forward aims at the step's image, where one container more can run beside the old.
func (r roller) forward(ctx context.Context, step ops.Step) (aim, error) {
	return rollable(r.Platform.forward(ctx, step))
}

func (r roller) backward(ctx context.Context, step ops.Step) (aim, error) {
	return rollable(r.Platform.backward(ctx, step))
}

func rollable(a aim, err error) (aim, error) {
	if err != nil {
		return aim{}, err
	}
	if reason := fixed(a.project, a.declared); reason != "" {
		return aim{}, fmt.Errorf("service %s cannot run one container more: %s", a.service.Name, reason)
	}
	return a, nil
}

// reached looks whether n containers are on the aim's image and healthy, with no
// leftover beside them.
func (r roller) reached(ctx context.Context, a aim, n int) (bool, error) {
	all, err := r.instances(ctx, a.project.Name, a.service.Name)
	if err != nil || len(all) != a.replicas {
		return false, err
	}
	fresh, old := split(all, a.image, a.imageID)
	if len(fresh)+len(old) != a.replicas {
		return false, nil
	}
	healthy := 0
	for _, ok := range r.healthOf(ctx, fresh, a.service) {
		if ok {
			healthy++
		}
	}
	return healthy >= n, ctx.Err()
}

// replace sees to it that n containers are on the aim's image and healthy, and
// then that old ones go until the number declared is left. It carries on from
// whatever it finds, and returns the name of the n-th.
func (r roller) replace(ctx context.Context, a aim, n int, report func(ops.Progress)) (string, error) {
	up, err := r.removeStopped(ctx, a.project.Name, a.service.Name)
	if err != nil {
		return "", err
	}
	fresh, _ := split(up, a.image, a.imageID)
	made := len(fresh) < n
	if made {
		report(ops.Progress{Fraction: 0.05, Note: "starting a container of " + a.image})
		if up, err = r.add(ctx, a, up); err != nil {
			return "", err
		}
		fresh, _ = split(up, a.image, a.imageID)
	}
	if len(fresh) < n {
		return "", fmt.Errorf("service %s has %d containers of %s where %d were expected: somebody else removes them", a.service.Name, len(fresh), a.image, n)
	}
	newest := fresh[n-1]
	if err := r.prove(ctx, a, newest, report); err != nil {
		return "", r.discard(ctx, newest, made || len(up) > a.replicas, err)
	}
	for i, ok := range r.healthOf(ctx, fresh[:n-1], a.service) {
		if !ok {
			return "", fmt.Errorf("container %s of %s is not healthy any more, so no old one is stopped", fresh[i].name, a.image)
		}
	}
	return newest.name, r.retireOld(ctx, a, n, report)
}

// prove waits until a new container is healthy, and stays so while the edge
// learns of it.
func (r roller) prove(ctx context.Context, a aim, newest instance, report func(ops.Progress)) error {
	note := func(text string) { report(ops.Progress{Fraction: 0.2, Note: text}) }
	if err := r.awaitHealthy(ctx, newest, a.service, r.unhurried(), note); err != nil {
		return err
	}
	report(ops.Progress{Fraction: 0.5, Note: newest.name + " is healthy, the edge learns of it"})
	settled := time.NewTimer(r.options.Settle)
	defer settled.Stop()
	select {
	case <-settled.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	now, err := r.look(ctx, newest)
	if err != nil {
		return err
	}
	if err := errors.Join(ended(now, newest.restarts), r.health(ctx, now, a.service)); err != nil {
		return fmt.Errorf("it did not stay healthy for %s: %w", seconds(r.options.Settle), err)
	}
	return nil
}

// retireOld stops old containers until the number declared is left, those that
// do not work any more first.
func (r roller) retireOld(ctx context.Context, a aim, n int, report func(ops.Progress)) error {
	for {
		all, err := r.instances(ctx, a.project.Name, a.service.Name)
		if err != nil {
			return err
		}
		_, old := split(all, a.image, a.imageID)
		if len(old) == 0 || len(old) <= a.replicas-n {
			return nil
		}
		next := old[0]
		for i, ok := range r.healthOf(ctx, old, a.service) {
			if !ok {
				next = old[i]
				break
			}
		}
		if err := r.retire(ctx, next, a.service, report); err != nil {
			return err
		}
	}
}
