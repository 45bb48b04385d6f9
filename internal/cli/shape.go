package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/answer"
	"convx/internal/layer"
	"convx/internal/report"
	"convx/internal/shape"
)

type shapeOptions struct {
	Streams
	format report.Format
	spec   layer.Spec
	solve  []int // the wanted spatial size, if that is what is known
	limit  int
	net    netFlags
	field  bool    // the receptive field of every layer of a network
	rate   float64 // samples a second, 0 if it is not a sound
}

func newShape(s Streams, run func(shapeOptions) error) *cobra.Command {
	o := shapeOptions{Streams: s}
	var flags layerFlags
	var solve string
	cmd := &cobra.Command{
		Use: "shape VARIANT|--net NETWORK [flags]",
		Long: `shape computes a layer's output size, axis by axis, with your own numbers in the formula; then what is lost
or odd, the receptive field, and every key that was left to its default.

With --solve, it looks for the kernels, strides, paddings and dilations that turn the input into a wanted size, and
holds those that you set. Even paddings come first, then the usual ones: those with the fewest unusual things (a dilation,
a padding that is neither none nor half the kernel, a stride above the kernel, dropped pixels, an even kernel or, for
transposed, one that the stride does not divide, output padding); then by kernel: 3, 1, 5, 7, 2, 4, then upwards.`,
		Example: strings.Trim(`
  convx shape standard -i 3x224x224 -c 64 -k 7 -s 2 -p 3
  convx shape dilated -i 64x56x56 -k 3 -d 4 -p same
  convx shape transposed -i 512x8x8 -c 256 -k 4 -s 2 -p 1
  convx shape standard -i 3x224x224 --solve 112x112
  convx shape --net vgg-16 --receptive-field
  convx shape --net wavenet --receptive-field --rate 16000`, "\n"),
		Args:              argsUpTo(1),
		ValidArgsFunction: completeVariants,
		RunE: func(c *cobra.Command, args []string) (err error) {
			if err := o.net.settle(c, &flags, args); err != nil {
				return err
			}
			if err := o.checkField(c); err != nil {
				return err
			}
			if len(o.net.names) > 0 {
				return run(o)
			}
			if o.spec, err = flags.spec(firstArg(args)); err != nil {
				return err
			}
			if c.Flags().Changed("solve") {
				if o.solve, err = layer.ParseInts(solve, 1); err != nil {
					return usagef("--solve: %w", err)
				}
			}
			return run(o)
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVar(&solve, "solve", "", "list the kernels, strides and paddings that give the output size `HxW`")
	o.net.register(cmd, false)
	cmd.Flags().BoolVar(&o.field, "receptive-field", false, "with --net: show what each layer sees of the input")
	cmd.Flags().Float64Var(&o.rate, "rate", 0, "with --net: `SAMPLES` a second, to show receptive fields in milliseconds")
	cmd.Flags().IntVar(&o.limit, "limit", 20, "list at most `N` solutions")
	formatVar(cmd, &o.format)
	return cmd
}

// checkField keeps flags of networks from layers, and the other way round.
func (o *shapeOptions) checkField(c *cobra.Command) error {
	mine := []string{"receptive-field", "rate"}
	if len(o.net.names) > 0 {
		mine = []string{"solve", "limit"}
	}
	for _, name := range mine {
		if c.Flags().Changed(name) && len(o.net.names) > 0 {
			return usagef("--%s is for a layer: convx shape VARIANT", name)
		}
		if c.Flags().Changed(name) {
			return usagef("--%s is for networks: give --net", name)
		}
	}
	if o.rate < 0 {
		return usagef("--rate %g: give samples a second, like 16000", o.rate)
	}
	return nil
}

func runShape(o shapeOptions) error {
	if len(o.net.names) > 0 {
		return runShapeNet(o)
	}
	if o.solve != nil {
		return runSolve(o)
	}
	r, err := shape.OfSpec(o.spec)
	if err != nil {
		return err
	}
	return o.print(o.format, answer.Shape(r))
}

func runShapeNet(o shapeOptions) error {
	r, err := o.net.one()
	if err != nil {
		return err
	}
	return o.print(o.format, answer.ShapeNetwork(r, o.field, o.rate))
}

// runSolve lists the geometries that turn the input into the wanted size.
func runSolve(o shapeOptions) error {
	s, err := shape.SolveLayer(o.spec, o.solve, o.limit)
	if err != nil {
		return err
	}
	return o.print(o.format, answer.Solve(o.spec, s))
}
