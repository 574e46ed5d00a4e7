package compose

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/keeptrusts/ktops/ops"
)

// registryTimeout bounds one question to a registry.
const registryTimeout = 20 * time.Second

// localImage is an image as this engine has it.
type localImage struct {
	id       string // the engine's own ID
	digest   string // the registry's digest; empty for one that never saw a registry
	platform ocispec.Platform
}

// is reports whether the image has this content, named as the engine or as the
// registry names it. An empty content is any.
func (l localImage) is(content string) bool {
	return content == "" || content == l.id || content == l.digest
}

// content names what the image is: the registry's digest where there is one, for
// that stays the same when another machine looks.
func (l localImage) content() string {
	if l.digest != "" {
		return l.digest
	}
	return l.id
}

// local finds an image on this engine; nil when it is not there.
func (p *Platform) local(ctx context.Context, ref string) (*localImage, error) {
	return p.localAs(ctx, ref, ref)
}

// contentOf names what a container runs in the same way as a target image is
// named, so that the two can be compared.
func (p *Platform) contentOf(ctx context.Context, i instance) (string, error) {
	local, err := p.localAs(ctx, i.imageID, i.image)
	if err != nil || local == nil {
		return i.imageID, err
	}
	return local.content(), nil
}

// localAs finds an image by ID or reference, as the registry of ref knows it.
func (p *Platform) localAs(ctx context.Context, image, ref string) (*localImage, error) {
	var found *localImage
	err := p.retry(ctx, "inspect image "+ref, func() error {
		image, err := p.engine.ImageInspect(ctx, image)
		if errdefs.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		found = &localImage{id: image.ID, digest: digestOf(ref, image.RepoDigests),
			platform: ocispec.Platform{OS: image.Os, Architecture: image.Architecture}}
		return nil
	})
	return found, err
}

// digestOf is the digest that the registry of ref gives the image, among those
// of all repositories that it was pulled from; empty when it was not.
func digestOf(ref string, repoDigests []string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ""
	}
	for _, known := range repoDigests {
		from, err := reference.ParseNormalizedNamed(known)
		if err != nil || from.Name() != named.Name() {
			continue
		}
		if digested, ok := from.(reference.Digested); ok {
			return digested.Digest().String()
		}
	}
	return ""
}

// targetImage looks where an image of the target can be had and whether it fits
// this engine. An image that was built or loaded here is not asked for elsewhere.
func (p *Platform) targetImage(ctx context.Context, component ops.Component, ref string, engine ocispec.Platform) (ops.TargetImage, error) {
	image := ops.TargetImage{Component: component, Ref: ref}
	local, err := p.local(ctx, ref)
	if err != nil {
		return image, err
	}
	if local != nil && local.digest == "" {
		image.ID, image.Local = local.id, true
		image.Missing = misfit([]ocispec.Platform{local.platform}, engine)
		return image, nil
	}
	remote, err := p.remote(ctx, ref)
	switch {
	case err == nil:
		image.ID = remote.Descriptor.Digest.String()
		image.Local = local != nil && local.is(image.ID)
		image.Missing = misfit(remote.Platforms, engine)
	case local != nil:
		image.ID, image.Local = local.content(), true
		image.Missing = misfit([]ocispec.Platform{local.platform}, engine)
	default:
		image.Missing = unavailable(ref, err)
	}
	return image, ctx.Err()
}

func (p *Platform) remote(ctx context.Context, ref string) (client.DistributionInspectResult, error) {
	ctx, cancel := context.WithTimeout(ctx, registryTimeout)
	defer cancel()
	auth, err := command.RetrieveAuthTokenFromImage(p.config, ref)
	if err != nil {
		return client.DistributionInspectResult{}, err
	}
	return p.engine.DistributionInspect(ctx, ref, client.DistributionInspectOptions{EncodedRegistryAuth: auth})
}

// misfit says that an image is not built for the engine's architecture.
func misfit(platforms []ocispec.Platform, engine ocispec.Platform) string {
	fits := func(p ocispec.Platform) bool { return p.OS == engine.OS && p.Architecture == engine.Architecture }
	if len(platforms) == 0 || slices.ContainsFunc(platforms, fits) {
		return ""
	}
	var names []string
	for _, p := range platforms {
		if p.OS != "unknown" { // attestations travel as platform unknown
			names = append(names, p.OS+"/"+p.Architecture)
		}
	}
	return fmt.Sprintf("is built for %s and not for this machine's %s/%s", strings.Join(names, ", "), engine.OS, engine.Architecture)
}

func unavailable(ref string, err error) string {
	text := strings.ToLower(err.Error())
	switch {
	case errdefs.IsNotFound(err), strings.Contains(text, "manifest unknown"):
		return "is not in the registry"
	case errdefs.IsUnauthorized(err), errdefs.IsPermissionDenied(err), strings.Contains(text, "denied"), strings.Contains(text, "unauthorized"):
		return "is not in the registry, or the registry wants a login: run docker login as the user of ktops"
	}
	return fmt.Sprintf("the registry of %s cannot be reached: %v", ref, err)
}

// enginePlatform is what the engine can run.
func (p *Platform) enginePlatform(ctx context.Context) (ocispec.Platform, error) {
	var platform ocispec.Platform
	err := p.retry(ctx, "ask the engine for its architecture", func() error {
		v, err := p.engine.ServerVersion(ctx, client.ServerVersionOptions{})
		platform = ocispec.Platform{OS: v.Os, Architecture: v.Arch}
		return err
	})
	return platform, err
}
