package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/offset"
	"convx/internal/ops"
	"convx/internal/picture"
	"convx/internal/report"
	"convx/internal/tensor"
)

type runOptions struct {
	Streams
	variant string
	input   string // a path, "-", or "" for the sample picture or random data
	layer   layerFlags
	weights []string
	offsets string
	sourceFlags
	outputs []string // paths, or "-"
	stats   bool
	format  report.Format

	dtype     string
	threads   int
	algorithm string
	seed      uint64
	picture   pictureFlags
	feed      feedFlags
	whole     netRunFlags
}

// pictureFlags say how a result is shown as a picture.
type pictureFlags struct {
	grid, mapping, colormap string
	channels                []int
	depth                   int
	magnify                 int // pixels a side of each value; 0: by itself
	look                    drawing.Look
	given                   []string // the flags that were set
}

// note notes which of the flags were set.
func (p *pictureFlags) note(c *cobra.Command) {
	for _, name := range []string{"grid", "map", "colormap", "channel", "depth", "magnify", "for", "theme"} {
		if c.Flags().Changed(name) {
			p.given = append(p.given, name)
		}
	}
}

const runLong = lang.Key(`run computes a layer on data: what does it do to my picture, or my array?

INPUT is a .npy, .npz or .safetensors array, or a PNG, JPEG or GIF picture, whose samples become numbers from 0 to 1. "-"
reads either from standard input. Without INPUT, run takes a sample picture, or random data of the size that -i gives.
With INPUT the size is the input's own.

Weights come from -w NAME=FILE, from an .npz or .safetensors that holds the names, or from --filter. What is not given is
drawn from --seed, the same on every machine, and the summary says so. Kernel size, output channels, groups and the like
follow from the weights that are given.

A filter is applied to each channel by itself, not flipped, without a bias. depthwise does that with one small kernel per
channel; standard and the others get the same kernel on their diagonal and zeros elsewhere, which gives the same picture
for more work. Several --filter make several maps of each channel.

-o writes .npy, .npz or .png, and "-o -" writes NPY to standard output. As a picture, 3 channels are shown in colour and
others as a grid of maps. --map chooses what black and white stand for: clip (0 and 1), minmax (least and greatest),
symmetric (0 in the middle), auto (clip where nearly all lies in [0, 1], else symmetric where there are both signs, else
minmax), shared (auto with one scale for all), each (a scale for every map), or LO:HI, the values that are black and white.
The summary says what was done.

Filters, with what may follow the name:
`)

func newRun(s Streams, run func(context.Context, runOptions) error) *cobra.Command {
	o := runOptions{Streams: s}
	cmd := &cobra.Command{
		Use:  "run VARIANT [INPUT] [flags]",
		Long: lang.Text(runLong) + strings.TrimRight(filterHelp(), "\n"),
		Example: strings.Trim(`
  convx run depthwise photo.png --filter sobel-x -o edges.png
  convx run standard x.npy -w weight=w.npy -w bias=b.npy -p same -o y.npy
  convx run depthwise photo.png --filter '0 -1 0; -1 5 -1; 0 -1 0' -p same --pad-mode replicate -o sharp.png
  convx run standard photo.png -k 3 -s 2 -p 1 -o - | convx run transposed - -k 4 -s 2 -p 1 -o up.png
  convx run dilated -c 8 -d 4 -o maps.png --stats`, "\n"),
		Args:              argsUpTo(2),
		ValidArgsFunction: completeVariants,
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.settle(c, args); err != nil {
				return err
			}
			return run(c.Context(), o)
		},
	}
	f := cmd.Flags()
	o.layer.register(cmd)
	o.sourceFlags.register(cmd, picture.DefaultMaxPixels, filterUsage)
	o.whole.register(cmd)
	o.feed.register(cmd, "bring the samples of a picture or a uint8 array")
	f.StringArrayVarP(&o.weights, "weights", "w", nil, "operand `NAME=FILE`, or a file of operands by name; repeat for more")
	f.StringVar(&o.offsets, "offsets", "", lang.Sprintf("deformable: `OFFSETS` of the taps by name, in place of predicted ones: %s", offset.Usage()))
	f.StringArrayVarP(&o.outputs, "output", "o", nil, "write the result to `FILE`: .npy, .npz, .png, or - for NPY on standard output; repeat for more")
	f.BoolVar(&o.stats, "stats", false, "print min, max, mean, std, zeros and NaNs of every channel")
	formatVar(cmd, &o.format)
	enumVar(cmd, &o.dtype, "dtype", "", "compute in", tensor.FloatNames()...)
	f.IntVar(&o.threads, "threads", 0, threadsUsage)
	algorithmVar(cmd, &o.algorithm, "how to compute: auto, a `NAME`, or auto without some (auto,-winograd)")
	f.Uint64Var(&o.seed, "seed", 0, "`SEED` of what is not given")
	f.StringVar(&o.picture.grid, "grid", "", "PNG: lay maps out in `RxC` rows and columns")
	f.IntSliceVar(&o.picture.channels, "channel", nil, "PNG: show channel `N` alone, counted from 0; several are joined by commas")
	f.StringVar(&o.picture.mapping, "map", "auto", lang.Sprintf("PNG: `MAPPING` of values to brightness: %s, or LO:HI", lang.List(picture.MappingNames())))
	f.StringVar(&o.picture.colormap, "colormap", "auto", lang.Sprintf("PNG: `COLORS` of maps: %s", lang.List(picture.ColormapNames())))
	f.IntVar(&o.picture.depth, "depth", 0, "PNG: `BITS` a sample, 8 or 16 (default: the input picture's, else 8)")
	f.IntVar(&o.picture.magnify, "magnify", 0, "PNG: draw each value `N` pixels wide and high, not smoothed (default: 1, more in a grid of tiny maps)")
	lookVars(cmd, &o.picture.look)
	completeKey(cmd, "map", picture.MappingNames()...)
	completeKey(cmd, "colormap", picture.ColormapNames()...)
	return cmd
}

// settle tells a network from a layer.
func (o *runOptions) settle(c *cobra.Command, args []string) error {
	o.picture.note(c)
	if len(o.whole.net.names) > 0 || c.Flags().Changed("batch") {
		if err := o.whole.settle(c, &o.layer); err != nil {
			return err
		}
		if len(args) > 1 {
			return usagef("%q and %q: a network runs on one INPUT; feed others with --feed NAME=FILE", args[0], args[1])
		}
		o.input = firstArg(args)
		o.feed.note(c)
		return nil
	}
	if err := refuse(c, "is for networks: give --net", netOnly...); err != nil {
		return err
	}
	o.variant = firstArg(args)
	if len(args) > 1 {
		if o.input = args[1]; o.input == "" {
			return usagef(`the INPUT is empty: leave it out for the sample picture, or give "-" for standard input`)
		}
	}
	return nil
}

// mapOptions reads the flags of pictures.
func (p pictureFlags) mapOptions(inputDepth int) (picture.MapOptions, error) {
	m := picture.MapOptions{Channels: p.channels, Depth: p.depth, Scale: p.magnify, Dark: p.look.Theme == drawing.Dark}
	err := checkMagnify(p.magnify)
	if err != nil {
		return m, err
	}
	if m.Mapping, err = picture.ParseMapping(p.mapping); err != nil {
		return m, usagef("--map: %w", err)
	}
	if m.Colormap, err = picture.ParseColormap(p.colormap); err != nil {
		return m, usagef("--colormap: %w", err)
	}
	if p.grid != "" {
		grid, err := layer.ParseInts(p.grid, 1)
		if err != nil || len(grid) != 2 {
			return m, usagef("--grid: %q is not RxC, like 2x4", p.grid)
		}
		m.Rows, m.Cols = grid[0], grid[1]
	}
	switch p.depth {
	case 0:
		m.Depth = inputDepth
	case 8, 16:
	default:
		return m, usagef("--depth: a PNG has 8 or 16 bits a sample, not %d", p.depth)
	}
	return m, nil
}

func (o runOptions) check() error {
	if err := checkThreads(o.Streams, o.threads); err != nil {
		return err
	}
	if err := ops.CheckNames(o.algorithm); err != nil {
		return err
	}
	if err := o.sourceFlags.check(); err != nil {
		return err
	}
	if o.variant == "" {
		return fmt.Errorf("%w", layer.Errorf("no variant given").Hint(lang.Sprintf("variants are %s", lang.List(layer.VariantNames()))))
	}
	return nil
}
