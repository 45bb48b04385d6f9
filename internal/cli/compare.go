package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"convx/internal/compare"
	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/picture"
	"convx/internal/report"
)

type compareOptions struct {
	Streams
	format report.Format
	engineFlags
	layer       layerFlags // shared by every variant that reads them
	variants    []layer.Entry
	sourceFlags          // its filters are shared by every variant that has an image kernel
	input       string   // a picture or an array, or nothing
	baseline    string   // a number from 1, or a label
	files       []string // two alone, whose difference is asked for
	sweepings   []string
	sweeps      []compare.Sweep // what they say
	noTime      bool
	minTime     time.Duration
	outputs     []string // the outputs side by side
	mapping     string   // of their values to brightness
	magnify     int      // pixels a side of each of their values
	plot        string
	look        drawing.Look
	net         netFlags
	swaps       swapFlags
	feed        feedFlags // of networks
	weights     []string  // files: one for all networks, or one for each; empty draws them
}

// netData are the flags that say what networks run on, and with what.
var netData = append([]string{"weights"}, feedFlagNames...)

const compareLong = lang.Key(`compare puts variants side by side: what each gives, costs and takes on this machine, and what theory says it
should cost: the multiply-accumulates over those of a standard convolution of the same channels, kernel and stride.

Layer flags are shared by every variant that reads them. Keys of its own follow a variant after commas. The first row is
the baseline, unless --baseline names another. Times are medians over repeated runs on random data, after a warm-up; ±
is half of the range of the middle half of the runs.

--sweep KEY=VALUES makes a row a value: a list (a,b,c) or a range (first..last or first..last:step); repeated, it makes
a row for each combination. With an INPUT picture
or array, the layers run on it with seeded weights, and outputs of the same shape are compared with the baseline's: max
and mean |difference|, and PSNR against the range of the baseline's output. --filter, or a variant's own key filter=NAME,
takes an image filter in place of weights (convx run --help lists them), and -o shows the input and the outputs side by side.

Two files alone, arrays or pictures, are compared with each other: the greatest difference and where it is, and the mean.`)

func newCompare(s Streams, run func(context.Context, compareOptions) error) *cobra.Command {
	o := compareOptions{Streams: s}
	cmd := &cobra.Command{
		Use:  "compare VARIANT[,KEY=VALUE...] ... [INPUT] [flags]",
		Long: compareLong,
		Example: strings.Trim(`
  convx compare -i 64x56x56 -c 128 -k 3 -p 1 standard grouped,groups=4 separable --min-time 20ms
  convx compare -i 64x56x56 -p same standard dilated,dilation=2 dilated,dilation=4 --no-time
  convx compare photo.png depthwise,filter=sobel-x depthwise,filter=gaussian:9 -p same --no-time -o filters.png
  convx compare -i 32x28x28 -p same standard depthwise --sweep kernel=1..7:2 --no-time
  convx compare x.npy x.npy
  convx compare --net resnet-50 --net se-resnet-50 --net mobilenet-v2
  convx compare --net resnet-50 --net mobilenet-v2 photo.png`, "\n"),
		ValidArgsFunction: completeContender,
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.settle(c, args); err != nil {
				return err
			}
			return run(c.Context(), o)
		},
	}
	o.layer.register(cmd)
	o.sourceFlags.register(cmd, picture.DefaultMaxPixels, filterUsage)
	formatVar(cmd, &o.format)
	o.engineFlags.register(cmd)
	o.net.register(cmd, true)
	o.feed.register(cmd, "with --net: bring the samples of a picture")
	o.swaps.register(cmd, "a row more for each network, with convolutions exchanged")
	f := cmd.Flags()
	f.StringArrayVarP(&o.weights, "weights", "w", nil, "with --net: weights from `FILE`, .safetensors or .npz; repeat for a file for each network, '' to leave one out")
	f.StringVar(&o.baseline, "baseline", "1", "the row that the others are compared with: its `NUMBER` from 1, or its label")
	f.StringArrayVar(&o.sweepings, "sweep", nil, "make a row for each value: `KEY=VALUES` like kernel=1..7:2 or groups=1,2,4; several make their product")
	f.BoolVar(&o.noTime, "no-time", false, "only count: measure nothing")
	f.DurationVar(&o.minTime, "min-time", 250*time.Millisecond, "time each layer for at least this `TIME`")
	f.StringArrayVarP(&o.outputs, "output", "o", nil, "write the outputs side by side to `FILE.png`; repeat for more")
	f.StringVar(&o.mapping, "map", "auto", lang.Sprintf("-o: `MAPPING` of values to brightness: %s, or LO:HI", lang.List(picture.MappingNames())))
	f.IntVar(&o.magnify, "magnify", 0, "-o: draw each value `N` pixels wide and high, not smoothed")
	lookVars(cmd, &o.look)
	f.StringVar(&o.plot, "plot", "", "draw params, MACs and times as bars into `FILE.png` or .svg")
	completeKey(cmd, "map", picture.MappingNames()...)
	return cmd
}

// settle tells networks, two files and layers from each other, and checks the flags of which it is.
func (o *compareOptions) settle(c *cobra.Command, args []string) (err error) {
	if err := o.net.settle(c, &o.layer, nil); err != nil {
		return err
	}
	if len(o.net.names) > 0 {
		return o.settleNetworks(c, args)
	}
	if err := refuse(c, "is for networks: give --net", netData...); err != nil {
		return err
	}
	if o.swaps.given() {
		return usagef("--swap is for networks: give --net")
	}
	if areArrays(args) {
		if len(o.layer.given) > 0 || len(o.sweepings) > 0 || len(o.filters) > 0 || len(o.outputs) > 0 || o.plot != "" {
			return usagef("%s and %s are two files, whose difference is printed: leave the flags of layers and pictures out", args[0], args[1])
		}
		o.files = args
		return o.sourceFlags.check()
	}
	if err := o.readArgs(args); err != nil {
		return err
	}
	if o.sweeps, err = compare.ParseSweeps(o.sweepings); err != nil {
		return usagef("--sweep: %w", err)
	}
	return o.check()
}

func (o *compareOptions) settleNetworks(c *cobra.Command, args []string) error {
	if err := o.readNetInput(args); err != nil {
		return err
	}
	if err := refuse(c, "is for layers: networks are counted, and run on an INPUT", "sweep", "filter", "output", "magnify", "plot"); err != nil {
		return err
	}
	if o.input == "" {
		if err := refuse(c, "is for networks that run: give an INPUT", netData...); err != nil {
			return err
		}
	}
	o.feed.note(c)
	return o.swaps.settle()
}

// readNetInput takes what networks run on: one picture or array.
func (o *compareOptions) readNetInput(args []string) error {
	if len(args) == 0 {
		return nil
	}
	if _, known := layer.VariantNamed(strings.Split(args[0], ",")[0]); known {
		return usagef("%q and --net %s: give variants or networks, not both", args[0], o.net.names[0])
	}
	switch {
	case len(args) > 1:
		return usagef("there is room for one INPUT, not both %q and %q", args[0], args[1])
	case args[0] == "-" && len(o.net.names) > 1:
		return usagef("standard input is read once, and there are %d networks: give a file", len(o.net.names))
	case o.swaps.given():
		return usagef("%q: networks with --swap are counted, and do not run on an INPUT", args[0])
	}
	if err := checkMinTime(o.minTime); err != nil {
		return err
	}
	if n := len(o.weights); n > 1 && n != len(o.net.names) {
		return usagef("-w is given %d times, for %d networks: give one file for all of them, or one for each", n, len(o.net.names))
	}
	for _, path := range o.weights {
		if err := checkNetWeights(path); err != nil {
			return err
		}
	}
	o.input = args[0]
	return o.engineFlags.check(o.Streams)
}

// readArgs tells variants from the INPUT: what starts with no variant's name and looks like a file is the input.
func (o *compareOptions) readArgs(args []string) error {
	for _, arg := range args {
		name, _, _ := strings.Cut(arg, ",")
		if _, known := layer.VariantNamed(name); !known && (arg == "-" || looksLikeFile(arg)) {
			if o.input != "" {
				return usagef("there is room for one INPUT, not both %q and %q", o.input, arg)
			}
			o.input = arg
			continue
		}
		c, err := layer.ParseEntry(arg)
		if err != nil {
			return err
		}
		o.variants = append(o.variants, c)
	}
	return nil
}

func (o *compareOptions) check() error {
	switch {
	case len(o.variants) == 0:
		return usagef("no variant given: name two or more, like standard separable; variants are %s", lang.List(layer.VariantNames()))
	case len(o.outputs) > 0 && o.input == "":
		return usagef("-o shows what the variants make of a picture: name one as INPUT")
	case o.input == "" && (len(o.filters) > 0 || slices.ContainsFunc(o.variants, func(e layer.Entry) bool { return e.Filter != "" })):
		return usagef("--filter is for what the variants make of a picture: name one as INPUT")
	case o.magnify > 0 && len(o.outputs) == 0:
		return usagef("--magnify is for pictures: write one with -o FILE.png")
	case slices.Contains(o.outputs, o.plot):
		return usagef("-o and --plot both name %q: one would replace the other", o.plot)
	}
	for _, path := range o.outputs {
		if !strings.HasSuffix(strings.ToLower(path), ".png") {
			return usagef("-o %q: outputs are written side by side as .png", path)
		}
	}
	if err := checkOutputs(o.outputs); err != nil {
		return err
	}
	if _, err := picture.ParseMapping(o.mapping); err != nil {
		return usagef("--map: %w", err)
	}
	if err := cmp.Or(checkPlot(o.plot), checkMagnify(o.magnify), checkMinTime(o.minTime), o.sourceFlags.check()); err != nil {
		return err
	}
	return o.engineFlags.check(o.Streams)
}
