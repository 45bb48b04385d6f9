package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"convx/configs"
	"convx/internal/lang"
	"convx/internal/ops"
	"convx/internal/report"
	"convx/internal/settings"
)

type configOptions struct {
	Streams
	format   report.Format
	settings settings.Settings
	template bool
}

func newConfig(s Streams, run func(configOptions) error) *cobra.Command {
	o := configOptions{Streams: s}
	var shown report.Format
	cmd := &cobra.Command{
		Use: "config",
		Long: `config prints each effective setting and its source. The weakest first: convx.yaml as it is built in; the
user's file (--config, else ./convx.yaml, else convx/convx.yaml in the user's configuration folder); CONVX_*
variables; flags.`,
		Example: strings.Trim(`
  convx config
  convx config --threads 1 -f json
  convx config --template > convx.yaml`, "\n"),
		Args: argsUpTo(0),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if o.settings, err = loadSettings(c); err != nil {
				return err
			}
			for _, v := range o.settings.Values {
				if k, ok := settings.Named(v.Key); ok && k.Check(v.Text) != nil {
					return usagef("--%s: %w", k.Flag(), k.Check(v.Text))
				}
				if v.Key == "algorithm" { // whose names are no setting's to know
					if err := ops.CheckNames(v.Text); err != nil {
						return usagef("%s: algorithm: %w", v.From, err)
					}
				}
			}
			o.format = shown
			return run(o)
		},
	}
	formatVar(cmd, &shown)
	cmd.Flags().BoolVar(&o.template, "template", false, "print the built-in convx.yaml, with its comments, to start from")
	for _, k := range settings.Keys() {
		if k.Name != "format" {
			cmd.Flags().String(k.Flag(), "", "the `VALUE` that it has in other commands")
		}
	}
	return cmd
}

func runConfig(o configOptions) error {
	if o.template {
		_, err := fmt.Fprint(o.Out, lang.Comments(configs.Settings))
		return err
	}
	return o.print(o.format, o.settings.Document())
}
