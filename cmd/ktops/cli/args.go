package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/ops"
)

// takes asks for exactly these arguments; those in brackets may be left out.
func takes(names ...string) cobra.PositionalArgs {
	required := 0
	for _, name := range names {
		if !strings.HasPrefix(name, "[") {
			required++
		}
	}
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < required:
			return usagef(cmd, "%s is missing: %s", names[len(args)], cmd.UseLine())
		case len(args) > len(names):
			return usagef(cmd, "there is more than ktops can use: %q", args[len(names)])
		}
		return nil
	}
}

func versionArg(cmd *cobra.Command, text string) (ops.Version, error) {
	version, err := ops.ParseVersion(text)
	if err != nil {
		return version, usagef(cmd, "%v", err)
	}
	return version, nil
}

// orNone is the first argument, or empty.
func orNone(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
