package cli

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/config"
	"github.com/keeptrusts/ktops/internal/control"
	"github.com/keeptrusts/ktops/ops"
)

// App is ktops as one process: where it reads and writes, and what it can start.
type App struct {
	In        io.Reader
	Out, Err  io.Writer
	LookupEnv config.LookupEnv
	Version   string
	// Interrupts has one for each Ctrl-C and each SIGTERM.
	Interrupts <-chan os.Signal
	Parts      Parts
}

// Parts start what needs drivers. Commands that do without start faster.
type Parts interface {
	// Alone is a service in this process, for where no daemon runs.
	Alone(ctx context.Context, c *config.Config) (Local, error)
	// Serve is the daemon. It runs until ctx ends.
	Serve(ctx context.Context, c *config.Reloader, logs io.Writer) error
	// Edge is the nginx of an environment of which the configuration says how it is closed.
	Edge(c *config.Config, e config.Environment) (Edge, error)
}

// Local is a service in this process.
type Local interface {
	control.Service
	// Serve executes approved runs of the environments until ctx ends.
	Serve(ctx context.Context, environments ...string) error
	// Guard looks after the edge of an environment once.
	Guard(ctx context.Context, environment string) (ops.EdgeGuard, error)
	Close() error
}

// invocation is one command line being executed.
type invocation struct {
	*App
	interrupts *interrupts
	config     string
	env        string
	json       bool
	noColor    bool
}

// Run executes the command line and gives the exit code.
func (a *App) Run(ctx context.Context, args []string) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	inv := &invocation{App: a, interrupts: newInterrupts(cancel)}
	done := inv.interrupts.listen(ctx, a.Interrupts)
	root := inv.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	cancel()
	<-done
	return inv.report(err)
}

// style is for standard output; errors have the same.
func (inv *invocation) style() console.Style {
	if _, set := inv.LookupEnv("NO_COLOR"); set || inv.noColor || inv.json {
		return console.Style{}
	}
	return console.Style{Color: inv.terminal()}
}

// terminal reports whether a person looks at standard output.
func (inv *invocation) terminal() bool {
	f, ok := inv.Out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// answers reports whether a person can be asked.
func (inv *invocation) answers() bool {
	f, ok := inv.In.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && inv.terminal()
}

// columns is how wide the terminal is now.
func (inv *invocation) columns() int {
	if f, ok := inv.Out.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	return 80
}

// examples indents the examples of a command's help.
func examples(lines ...string) string {
	text := ""
	for i, line := range lines {
		if i > 0 {
			text += "\n"
		}
		text += "  " + line
	}
	return text
}

// group makes a command that only has others below it.
func group(cmd *cobra.Command, below ...*cobra.Command) *cobra.Command {
	cmd.Args = unknownCommand
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(below...)
	return cmd
}
