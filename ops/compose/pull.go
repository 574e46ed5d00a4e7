package compose

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker/cli/cli/command"
	"github.com/dustin/go-humanize"
	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/client"

	"github.com/keeptrusts/ktops/ops"
)

// puller brings the images of all components here before anything is changed.
type puller struct{ *Platform }

// Done reports whether every image of the plan is here with the content that
// was approved.
func (p puller) Done(ctx context.Context, task ops.Task) (bool, ops.Result, error) {
	for _, image := range task.Run.Plan.Facts.Images {
		local, err := p.local(ctx, image.Ref)
		if err != nil || local == nil || !local.is(image.ID) {
			return false, ops.Result{}, err
		}
	}
	return true, ops.Result{Note: fmt.Sprintf("%d images are here", len(task.Run.Plan.Facts.Images))}, nil
}

// Do pulls what is not here. Layers that were pulled before an interruption are
// kept by the engine.
func (p puller) Do(ctx context.Context, task ops.Task) (ops.Result, error) {
	images := task.Run.Plan.Facts.Images
	pulled := 0
	for n, image := range images {
		local, err := p.local(ctx, image.Ref)
		if err != nil {
			return ops.Result{}, err
		}
		if local != nil && local.is(image.ID) {
			continue
		}
		err = p.pull(ctx, image.Ref, func(share float64, note string) {
			task.Report(ops.Progress{Fraction: (float64(n) + share) / float64(len(images)), Note: note})
		})
		if err != nil {
			return ops.Result{}, err
		}
		if err := p.approved(ctx, image.Ref, image.ID); err != nil {
			return ops.Result{}, err
		}
		pulled++
	}
	return ops.Result{Note: fmt.Sprintf("%d of %d images pulled, the others were here", pulled, len(images))}, nil
}

// approved makes sure that an image is here and is the one that was planned: a
// tag can be moved to other content at any time.
func (p *Platform) approved(ctx context.Context, ref, content string) error {
	local, err := p.local(ctx, ref)
	switch {
	case err != nil:
		return err
	case local == nil:
		return fmt.Errorf("image %s is not on this machine: pull it first", ref)
	case !local.is(content):
		return fmt.Errorf("image %s is now %s, but %s was planned: the tag was moved, so plan again", ref, local.content(), content)
	}
	return nil
}

// have pulls an image unless it is here.
func (p *Platform) have(ctx context.Context, ref string) error {
	local, err := p.local(ctx, ref)
	if err != nil || local != nil {
		return err
	}
	return p.pull(ctx, ref, func(float64, string) {})
}

// pull downloads an image and tells how far it is, counted in bytes.
func (p *Platform) pull(ctx context.Context, ref string, report func(share float64, note string)) error {
	auth, err := command.RetrieveAuthTokenFromImage(p.config, ref)
	if err != nil {
		return fmt.Errorf("pull image %s: find the registry's login: %w", ref, err)
	}
	return p.retry(ctx, "pull image "+ref, func() error {
		stream, err := p.engine.ImagePull(ctx, ref, client.ImagePullOptions{RegistryAuth: auth})
		if err != nil {
			return err
		}
		defer stream.Close()
		layers := layerBytes{}
		for message, err := range stream.JSONMessages(ctx) {
			if err != nil {
				return err
			}
			if message.Error != nil {
				return errors.New(message.Error.Message)
			}
			if layers.note(message) {
				done, total := layers.sum()
				report(float64(done)/float64(total), fmt.Sprintf("%s: %s of %s", ref, humanize.IBytes(uint64(done)), humanize.IBytes(uint64(total))))
			}
		}
		return nil
	})
}

// layerBytes counts what was downloaded, by layer: done and total.
type layerBytes map[string][2]int64

func (l layerBytes) note(m jsonstream.Message) bool {
	if m.ID == "" || m.Progress == nil || m.Progress.Total <= 0 || m.Status != "Downloading" {
		if last, ok := l[m.ID]; ok && m.Status == "Download complete" {
			l[m.ID] = [2]int64{last[1], last[1]}
			return true
		}
		return false
	}
	l[m.ID] = [2]int64{m.Progress.Current, m.Progress.Total}
	return true
}

func (l layerBytes) sum() (done, total int64) {
	for _, layer := range l {
		done += layer[0]
		total += layer[1]
	}
	return done, total
}
