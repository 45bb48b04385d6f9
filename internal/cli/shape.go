package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/layer"
	"convx/internal/report"
	"convx/internal/shape"
)

type shapeOptions struct {
	Streams
	format report.Format
	spec   layer.Spec
}

func newShape(s Streams) *cobra.Command {
	o := shapeOptions{Streams: s}
	var flags layerFlags
	cmd := &cobra.Command{
		Use:   "shape VARIANT [flags]",
		Short: "What comes out: output sizes, with the arithmetic",
		Example: strings.Trim(`
  convx shape standard -i 3x224x224 -c 64 -k 7 -s 2 -p 3
  convx shape dilated -i 64x56x56 -k 3 -d 4 -p same
  convx shape transposed -i 512x8x8 -c 256 -k 4 -s 2 -p 1`, "\n"),
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeVariants,
		RunE: func(c *cobra.Command, args []string) (err error) {
			variant := ""
			if len(args) > 0 {
				variant = args[0]
			}
			if o.spec, err = flags.spec(variant); err != nil {
				return err
			}
			return runShape(o)
		},
	}
	flags.register(cmd.Flags())
	formatVar(cmd, &o.format)
	return cmd
}

func runShape(o shapeOptions) error {
	l, err := layer.Build(o.spec)
	if err != nil {
		return err
	}
	r, err := shape.Of(l)
	if err != nil {
		return err
	}
	return report.Write(o.Out, o.format, shapeDocument(r))
}
