package cli

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/ops"
)

// session is a command's way to a service: the daemon's, or one of its own.
type session struct {
	control.Service
	by    ops.Actor
	local Local // nil with a daemon

	working context.CancelFunc
	work    sync.WaitGroup
}

// connect finds the daemon, or begins alone. The caller closes the session.
func (inv *invocation) connect(ctx context.Context) (*session, error) {
	by := control.UnixActor(os.Getuid())
	file := inv.configFile()
	client, err := control.Dial(ctx, glanceAt(file).Socket)
	if err == nil {
		return &session{Service: client, by: by}, nil
	}
	if !errors.Is(err, control.ErrNoDaemon) {
		return nil, err
	}
	c, err := config.Load(file, inv.LookupEnv)
	if err != nil {
		return nil, &usageError{err}
	}
	local, err := inv.Parts.Alone(ctx, c)
	if err != nil {
		return nil, err
	}
	return &session{Service: local, by: by, local: local}, nil
}

// execute makes sure that approved runs of the environment are executed while the session is open:
// by the daemon, or else here.
func (s *session) execute(ctx context.Context, environment string) {
	if s.local == nil || s.working != nil {
		return
	}
	ctx, s.working = context.WithCancel(context.WithoutCancel(ctx))
	s.work.Go(func() {
		_ = s.local.Serve(ctx, environment) // ends with ctx, and logs what goes wrong by itself
	})
}

// stop ends the work of this process at once; a run under way stays resumable.
func (s *session) stop() {
	if s.working != nil {
		s.working()
	}
	s.work.Wait()
}

func (s *session) close() error {
	s.stop()
	if s.local == nil {
		return nil
	}
	return s.local.Close()
}

// with runs what a command does inside a session and its environment.
func (inv *invocation) with(do func(ctx context.Context, s *session, env string, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) (err error) {
		s, err := inv.connect(cmd.Context())
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.close()) }()
		env, err := inv.environment(cmd, s)
		if err != nil {
			return err
		}
		return do(cmd.Context(), s, env, args)
	}
}

// environment is the one of --env, or the first of the configuration.
func (inv *invocation) environment(cmd *cobra.Command, s *session) (string, error) {
	names := s.Environments()
	switch {
	case inv.env == "" && len(names) > 0:
		return names[0], nil
	case slices.Contains(names, inv.env):
		return inv.env, nil
	}
	return "", usagef(cmd, "there is no environment %q; there are: %s", inv.env, strings.Join(names, ", "))
}
