package compose

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/docker/compose/v5/pkg/api"
	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/ops"
)

// Try starts the API of a version on the trial's database. What an earlier attempt
// of the same trial left is removed first, and so is one that does not come up.
func (p *Platform) Try(ctx context.Context, t ops.Trial, report func(ops.Progress)) error {
	a, err := p.trialAim(ctx, t)
	if err != nil {
		return fmt.Errorf("try the API %s: %w", t.Version, err)
	}
	project, err := p.trialProject(a, t)
	if err != nil {
		return fmt.Errorf("try the API %s: %w", t.Version, err)
	}
	if err := p.clearTrials(ctx, a.project.Name, t.Run, trialNameLabel+"="+t.Name); err != nil {
		return err
	}
	report(ops.Progress{Fraction: -1, Note: fmt.Sprintf("starting %s on a copy of the data", a.image)})
	i, err := p.startTrial(ctx, project, t)
	if err != nil {
		return errors.Join(fmt.Errorf("try the API %s: %w", t.Version, err), p.tidyTrial(ctx, a.project.Name, t))
	}
	err = p.awaitHealthy(ctx, i, a.service, p.trying(), func(text string) { report(ops.Progress{Fraction: -1, Note: text}) })
	if err != nil {
		failure := p.withLastWords(context.WithoutCancel(ctx), i, fmt.Errorf("the API %s on a copy of the data: %w", t.Version, err))
		if _, shown := errors.AsType[notHealthy](err); shown {
			failure = ops.TrialFailed{Reason: failure}
		}
		return errors.Join(failure, p.tidyTrial(ctx, a.project.Name, t))
	}
	return nil
}

// Answers asks a trial for its health and for what reads its tables. Only an answer
// that was given counts: one that is refused for want of a token has read nothing.
func (p *Platform) Answers(ctx context.Context, t ops.Trial) error {
	project, err := p.load(ctx, nil)
	if err != nil {
		return err
	}
	i, err := p.trial(ctx, project.Name, t)
	if err != nil {
		return fmt.Errorf("ask the API %s: %w", t.Version, err)
	}
	s := p.options.Services[ops.API]
	if err := p.health(ctx, i, s); err != nil {
		return p.withLastWords(ctx, i, fmt.Errorf("the API %s on the copy: %w", t.Version, err))
	}
	for _, path := range p.options.Trials.Reads {
		if err := p.read(ctx, i, s, path); err != nil {
			return p.withLastWords(ctx, i, fmt.Errorf("the API %s on the copy: %w", t.Version, err))
		}
	}
	return nil
}

// ClearBench removes the containers of a run's trials; those that a dead attempt left
// are among them, for they are found by their labels.
func (p *Platform) ClearBench(ctx context.Context, run string) error {
	project, err := p.load(ctx, nil)
	if err != nil {
		return err
	}
	return p.clearTrials(ctx, project.Name, run)
}

// trialAim aims at the API's image of the trial's version.
func (p *Platform) trialAim(ctx context.Context, t ops.Trial) (aim, error) {
	options, ok := p.options.Services[ops.API]
	if !ok {
		return aim{}, errors.New("the API is not among the services that ktops drives")
	}
	pins, err := p.pins(ctx)
	if err != nil {
		return aim{}, err
	}
	if _, err := p.pinned(ctx, options.Name); err != nil {
		return aim{}, err
	}
	a, err := p.aimAt(ctx, ops.Step{Service: options.Name}, valuesFor(pins, t.Version))
	if err != nil {
		return aim{}, err
	}
	if err := p.have(ctx, a.image); err != nil {
		return aim{}, err
	}
	return a, p.sameContent(ctx, a)
}

// sameContent makes sure that a tag which runs still names what runs: a trial of
// other content would say nothing of it.
func (p *Platform) sameContent(ctx context.Context, a aim) error {
	local, err := p.local(ctx, a.image)
	if err != nil || local == nil {
		return err
	}
	all, err := p.instances(ctx, a.project.Name, a.service.Name)
	if err != nil {
		return err
	}
	for _, i := range running(all) {
		if i.image == a.image && i.imageID != local.id {
			return fmt.Errorf("image %s is not any more what container %s runs: the tag was moved", a.image, i.name)
		}
	}
	return nil
}

// startTrial makes the container and starts it. Once begun it is finished even when
// ctx ends, so that none is left half made.
func (p *Platform) startTrial(ctx context.Context, made trialProject, t ops.Trial) (instance, error) {
	if err := ctx.Err(); err != nil {
		return instance{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), createTimeout)
	defer cancel()
	err := p.retry(ctx, "start a trial of service "+p.options.Services[ops.API].Name, func() error {
		if err := p.compose.Create(ctx, made.Project, api.CreateOptions{IgnoreOrphans: true,
			Recreate: api.RecreateNever, RecreateDependencies: api.RecreateNever, SkipProviders: true}); err != nil {
			return err
		}
		return p.compose.Start(ctx, made.Name, api.StartOptions{Project: made.Project})
	})
	if err != nil {
		return instance{}, err
	}
	return p.trial(ctx, made.of, t)
}

// trying is the patience with a trial: it may migrate for hours, and does not listen
// before it is through.
func (p *Platform) trying() patience {
	patient := p.brisk()
	patient.busy = func(_ context.Context, why error, since time.Duration) bool {
		migrates := why == nil || errors.Is(why, errMigrating) || errors.Is(why, syscall.ECONNREFUSED)
		return migrates && since < p.options.MigrationTimeout
	}
	return patient
}

// trial finds the container of a trial.
func (p *Platform) trial(ctx context.Context, project string, t ops.Trial) (instance, error) {
	found, err := p.trials(ctx, project, trialRunLabel+"="+t.Run, trialNameLabel+"="+t.Name)
	if err != nil {
		return instance{}, err
	}
	if len(found) == 0 {
		return instance{}, fmt.Errorf("its trial %q of run %s is not there: somebody removed it, so rehearse again", t.Name, t.Run)
	}
	var i instance
	err = p.retry(ctx, "inspect the trial "+t.Name, func() error {
		i, err = p.inspect(ctx, found[0].ID)
		return err
	})
	if err != nil {
		return instance{}, err
	}
	return i, nil
}

// trials lists the containers of a project's trials with these labels, as the engine
// knows them: they belong to no service of the project.
func (p *Platform) trials(ctx context.Context, project string, labels ...string) ([]ops.Container, error) {
	return p.labelled(ctx, append([]string{trialLabel + "=" + project}, labels...)...)
}

func (p *Platform) labelled(ctx context.Context, labels ...string) ([]ops.Container, error) {
	var found []ops.Container
	err := p.retry(ctx, "list containers labelled "+strings.Join(labels, ", "), func() error {
		list, err := p.engine.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: client.Filters{}.Add("label", labels...)})
		if err != nil {
			return err
		}
		found = nil
		for _, c := range list.Items {
			found = append(found, ops.Container{ID: c.ID, Name: short(c.ID), Image: c.Image, ImageID: c.ImageID, StartedAt: time.Unix(c.Created, 0)})
		}
		return nil
	})
	return found, err
}

func (p *Platform) clearTrials(ctx context.Context, project, run string, labels ...string) error {
	found, err := p.trials(ctx, project, append(labels, trialRunLabel+"="+run)...)
	if err != nil {
		return err
	}
	for _, c := range found {
		if err := p.remove(ctx, c.ID, withVolumes); err != nil {
			return fmt.Errorf("remove a trial of run %s: %w", run, err)
		}
	}
	return nil
}

// tidyTrial removes a trial that did not come up, also when ctx has ended.
func (p *Platform) tidyTrial(ctx context.Context, project string, t ops.Trial) error {
	tidy, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	return p.clearTrials(tidy, project, t.Run, trialNameLabel+"="+t.Name)
}
