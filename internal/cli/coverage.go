package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/coverage"
	"convx/internal/layer"
	"convx/internal/report"
	"convx/internal/shape"
)

type coverageOptions struct {
	Streams
	format report.Format
	layers []layer.Spec // in the order in which data pass them
	labels []string
	output string
}

const coverageLong = `coverage counts which pixels layers use, and how often.

For a stack of layers (several variants, or --dilations): the paths from one output, in the middle, back to each pixel of its
receptive field. Dilations with a common factor leave holes: pixels inside the field that nothing sees (gridding).

For one transposed layer: the products that meet in each output. Where the stride does not divide the kernel, neighbours
sum different numbers of them (checkerboard). For any other layer: the windows that read each input pixel.

-o FILE.png draws the counts as a heat map. Counts are of the regular grid: learned offsets go anywhere.`

func newCoverage(s Streams, run func(context.Context, coverageOptions) error) *cobra.Command {
	o := coverageOptions{Streams: s}
	var flags layerFlags
	var dilations string
	cmd := &cobra.Command{
		Use:   "coverage [VARIANT[,KEY=VALUE...] ...] [flags]",
		Short: "Which pixels layers use, and how often: gridding, checkerboards, borders",
		Long:  coverageLong,
		Example: strings.Trim(`
  convx coverage --dilations 2,2,2
  convx coverage --dilations 1,2,3 -o field.png
  convx coverage transposed -i 1x8x8 -k 3 -s 2 -o checkerboard.png
  convx coverage standard -i 1x9x9 -k 3 -s 2 -p 1
  convx coverage standard,stride=2 dilated,dilation=2 -k 3`, "\n"),
		ValidArgsFunction: completeContender,
		RunE: func(c *cobra.Command, args []string) (err error) {
			if o.layers, o.labels, err = coverageLayers(&flags, args, dilations); err != nil {
				return err
			}
			if o.output != "" && !strings.HasSuffix(strings.ToLower(o.output), ".png") {
				return usagef("-o %q: the heat map is written as .png", o.output)
			}
			return run(c.Context(), o)
		},
	}
	flags.register(cmd)
	formatVar(cmd, &o.format)
	cmd.Flags().StringVar(&dilations, "dilations", "", "a stack of dilated layers: their dilations, `D,D,...`, in the order in which data pass them")
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "draw the counts as a heat map into `FILE.png`")
	return cmd
}

// coverageLayers are the layers of the command line: variants with shared flags and keys of their own, or --dilations.
func coverageLayers(flags *layerFlags, args []string, dilations string) (specs []layer.Spec, labels []string, err error) {
	var list []contender
	if dilations != "" {
		if len(args) > 0 {
			return nil, nil, usagef("%q and --dilations %s: name the layers, or give their dilations", args[0], dilations)
		}
		for d := range strings.SplitSeq(dilations, ",") {
			c := contender{label: "dilation " + d, variant: "dilated", own: []keyValue{{"dilation", d}}}
			if d == "1" {
				c.variant, c.own = "standard", nil
			}
			list = append(list, c)
		}
	}
	for _, arg := range args {
		c, err := parseContender(arg)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		return nil, nil, usagef("no layer given: name variants, or give --dilations 2,2,2")
	}
	o := compareOptions{layer: *flags}
	for _, c := range list {
		s, _, err := o.spec(c.variant, c.own)
		if err != nil {
			return nil, nil, usagef("%s: %w", c.label, err)
		}
		specs, labels = append(specs, s), append(labels, c.label)
	}
	return specs, labels, nil
}

// axisCount is what was counted along one axis.
type axisCount struct {
	axis string
	coverage.Line
	coverage.Summary
}

// counted says what the counts are of.
type coverageView string

const (
	fieldView   coverageView = "field"   // paths from one output to each input pixel
	overlapView coverageView = "overlap" // products in each output
	readsView   coverageView = "reads"   // windows that read each input pixel
)

// coverageResult is the counts along each axis; a pixel's count is their product.
type coverageResult struct {
	view coverageView
	dims int
	axes []axisCount
	// step is the layer of a single-layer view.
	steps [][]coverage.Step // by axis
}

func runCoverage(ctx context.Context, o coverageOptions) error {
	r, err := cover(o.layers)
	if err != nil {
		return err
	}
	if o.output != "" {
		if err := drawCoverage(ctx, o, r); err != nil {
			return err
		}
		o.sayf("wrote %q", o.output)
	}
	return report.Write(o.Out, o.format, coverageDocument(o, r))
}

// cover counts: a stack from one output backwards, a single layer over its whole input or output.
func cover(specs []layer.Spec) (coverageResult, error) {
	var r coverageResult
	if len(specs) > 1 {
		return coverStack(specs)
	}
	l, err := layer.Build(specs[0])
	if err != nil {
		return r, err
	}
	res, err := shape.Of(l)
	if err != nil {
		return r, err
	}
	steps, stage, err := slidingSteps(l, res)
	if err != nil {
		return r, err
	}
	r.dims, r.steps, r.view = l.Dims, steps, readsView
	count := coverage.Reads
	if steps[0][0].Transposed {
		r.view, count = overlapView, coverage.Overlap
	}
	in, out := stage.Inputs[0], stage.Output
	for i, axis := range layer.AxisNames(l.Dims) {
		line, err := count(steps[i][0], in[2+i], out[2+i])
		if err != nil {
			return r, layer.Errorf("%s: %v", axis, err)
		}
		r.axes = append(r.axes, axisCount{axis, line, line.Summary()})
	}
	return r, nil
}

// coverStack follows one output back through every layer. The input's size does not matter: one that every kernel fits is
// assumed where none was given.
func coverStack(specs []layer.Spec) (r coverageResult, err error) {
	r.view = fieldView
	for i, s := range specs {
		if s.Input == nil || i > 0 {
			s.Input = roomy(s)
		}
		l, err := layer.Build(s)
		if err != nil {
			return r, err
		}
		res, err := shape.Of(l)
		if err != nil {
			return r, err
		}
		steps, _, err := slidingSteps(l, res)
		if err != nil {
			return r, err
		}
		if r.steps == nil {
			r.dims, r.steps = l.Dims, make([][]coverage.Step, l.Dims)
		}
		if l.Dims != r.dims {
			return r, usagef("the layers of a stack have as many axes as each other: --dims")
		}
		for axis := range steps {
			r.steps[axis] = append(r.steps[axis], steps[axis]...)
		}
	}
	for i, axis := range layer.AxisNames(r.dims) {
		line, err := coverage.Field(r.steps[i])
		if err != nil {
			return r, layer.Errorf("%s: %v", axis, err)
		}
		r.axes = append(r.axes, axisCount{axis, line, line.Summary()})
	}
	return r, nil
}
