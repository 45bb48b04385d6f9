package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/answer"
	"convx/internal/coverage"
	"convx/internal/draw"
	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
)

type coverageOptions struct {
	Streams
	format report.Format
	layers []layer.Spec // in the order in which data pass them
	labels []string
	output string
	look   drawing.Look

	net     netFlags
	at      string // the layer of a network
	picture string // that its field is shown on; "" is the sample
	feed    feedFlags
	weights string
	seed    uint64
}

const coverageLong = lang.Key(`coverage counts which pixels layers use, and how often.

For a stack of layers (several variants, or --dilations): the paths from one output, in the middle, back to each pixel of its
receptive field. Dilations with a common factor leave holes: pixels inside the field that nothing sees (gridding).

For one transposed layer: the products that meet in each output. Where the stride does not divide the kernel, neighbours
sum different numbers of them (checkerboard). For any other layer: the windows that read each input pixel.

With --net and --at, what the middle of a network's layer sees of a picture: the theoretical field, and the effective one, how
much each pixel matters: the gradient of the layer's output there, propagated back to the picture through the network's weights
(-w, or seeded ones). A picture of up to 1024x1024 is taken as it is where the network takes any size.

-o FILE.png draws the counts as a heat map. Counts are of the regular grid: learned offsets go anywhere.`)

func newCoverage(s Streams, run func(context.Context, coverageOptions) error) *cobra.Command {
	o := coverageOptions{Streams: s}
	var flags layerFlags
	var dilations string
	cmd := &cobra.Command{
		Use:  "coverage [VARIANT[,KEY=VALUE...] ...] [flags]",
		Long: coverageLong,
		Example: strings.Trim(`
  convx coverage --dilations 2,2,2
  convx coverage --dilations 1,2,3 --for slide -o field.png
  convx coverage transposed -i 1x8x8 -k 3 -s 2 -o checkerboard.png
  convx coverage standard -i 1x9x9 -k 3 -s 2 -p 1
  convx coverage --net vgg-16 --at conv4.pool photo.png -o field.png
  convx coverage --net drawings --at relu3 star.png -o field.png
  convx coverage standard,stride=2 dilated,dilation=2 -k 3`, "\n"),
		ValidArgsFunction: completeContender,
		RunE: func(c *cobra.Command, args []string) (err error) {
			if err := o.net.settle(c, &layerFlags{}, nil); err != nil {
				return err
			}
			if o.output != "" && !strings.HasSuffix(strings.ToLower(o.output), ".png") {
				return usagef("-o %q: the heat map is written as .png", o.output)
			}
			switch {
			case len(o.net.names) > 0:
				o.feed.note(c)
				if err := o.settleNet(args, &flags, dilations); err != nil {
					return err
				}
				return run(c.Context(), o)
			case o.at != "":
				return usagef("--at is for a network: give --net")
			}
			if err := refuse(c, "is for networks: give --net", append([]string{"weights", "seed"}, feedFlagNames...)...); err != nil {
				return err
			}
			if o.layers, o.labels, err = coverage.Layers(args, dilations, flags.given); err != nil {
				return err
			}
			return run(c.Context(), o)
		},
	}
	flags.register(cmd)
	formatVar(cmd, &o.format)
	o.net.register(cmd, false)
	o.feed.register(cmd, "with --net: bring the samples of a picture")
	cmd.Flags().StringVar(&o.at, "at", "", "with --net: the `LAYER` whose receptive field is drawn on the picture")
	cmd.Flags().StringVarP(&o.weights, "weights", "w", "", "with --net: `FILE` of a network's weights, .safetensors or .npz")
	cmd.Flags().Uint64Var(&o.seed, "seed", 0, "with --net: `SEED` of weights that are not given")
	cmd.Flags().StringVar(&dilations, "dilations", "", "a stack of dilated layers: their dilations, `D,D,...`, in the order in which data pass them")
	lookVars(cmd, &o.look)
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "draw the counts as a heat map into `FILE.png`")
	return cmd
}

// drawn writes a figure as it is asked for.
func (o coverageOptions) drawn(f *draw.Figure) func(io.Writer) error {
	return func(w io.Writer) error { return o.look.Write(w, f.Still(), drawing.PNG) }
}

func runCoverage(ctx context.Context, o coverageOptions) error {
	if len(o.net.names) > 0 {
		return runCoverageNet(ctx, o)
	}
	r, err := coverage.Of(o.layers)
	if err != nil {
		return err
	}
	if o.output != "" {
		figure, err := draw.Coverage(r, o.labels, o.look.For)
		if err != nil {
			return fmt.Errorf("-o: %w", err)
		}
		if err := writeFile(ctx, o.Streams, o.output, nil, o.drawn(figure)); err != nil {
			return err
		}
		o.sayf("wrote %q", o.output)
	}
	return o.print(o.format, answer.Coverage(r, o.labels, o.format == report.CSVFormat))
}
