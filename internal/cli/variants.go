package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/answer"
	"convx/internal/layer"
	"convx/internal/report"
)

type variantsOptions struct {
	Streams
	format report.Format
	name   string // empty lists them all
}

func newVariants(s Streams, run func(variantsOptions) error) *cobra.Command {
	o := variantsOptions{Streams: s}
	cmd := &cobra.Command{
		Use: "variants [VARIANT]",
		Example: strings.Trim(`
  convx variants
  convx variants separable`, "\n"),
		Args:              argsUpTo(1),
		ValidArgsFunction: completeVariants,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.name = args[0]
			}
			return run(o)
		},
	}
	formatVar(cmd, &o.format)
	return cmd
}

func runVariants(o variantsOptions) error {
	if o.name == "" {
		return o.print(o.format, answer.Variants())
	}
	v, ok := layer.VariantNamed(o.name)
	if !ok {
		_, err := layer.Build(layer.Spec{Variant: o.name}) // explains
		return err
	}
	return o.print(o.format, answer.Variant(v))
}
