package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keeptrusts/ktops/cmd/ktops/console"
	"github.com/keeptrusts/ktops/config"
)

func (inv *invocation) configuration() *cobra.Command {
	return group(&cobra.Command{
		Use:     "config",
		Short:   "Check the configuration, print its schema or an example",
		Example: examples("ktops config check", "ktops config example > /etc/ktops/ktops.yaml"),
	}, inv.configCheck(),
		inv.printing("schema", "Print the JSON schema of ktops.yaml, for editors", "ktops config schema > ktops.schema.json", config.Schema),
		inv.printing("example", "Print a configuration with a comment at every setting", "ktops config example > ktops.yaml", config.Example))
}

func (inv *invocation) configCheck() *cobra.Command {
	return &cobra.Command{
		Use:     "check",
		Short:   "Tell everything that is wrong with the configuration",
		Long:    "Tell everything that is wrong with the configuration, each with file, line and column. The exit code is then 2.",
		Example: examples("ktops config check", "ktops config check --config ./ktops.yaml"),
		Args:    takes(),
		RunE: func(*cobra.Command, []string) error {
			file := inv.configFile()
			c, err := config.Load(file, inv.LookupEnv)
			if err != nil {
				return &usageError{err}
			}
			checked := struct {
				File         string        `json:"file"`
				Environments []string      `json:"environments"`
				Warnings     config.Errors `json:"warnings,omitempty"`
			}{file, c.Environments.Names(), c.Warnings}
			return inv.show(checked, console.Warnings(inv.style(), texts(c.Warnings))+
				fmt.Sprintf("%s is valid. Environments: %s.\n", file, strings.Join(c.Environments.Names(), ", ")))
		},
	}
}

func texts(warnings config.Errors) []string {
	var lines []string
	for _, w := range warnings {
		lines = append(lines, w.Error())
	}
	return lines
}

func (inv *invocation) printing(use, short, example string, text func() []byte) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Example: examples(example), Args: takes(),
		RunE: func(*cobra.Command, []string) error { return write(inv.Out, string(text())) },
	}
}
