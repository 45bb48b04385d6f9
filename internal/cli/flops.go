package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/answer"
	"convx/internal/budget"
	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
	"convx/internal/shape"
)

type flopsOptions struct {
	Streams
	format     report.Format
	convention string // a tool whose counting rules are followed, or all of them side by side
	explain    bool
	spec       layer.Spec
	net        netFlags
	view       network.RowView
	strict     bool
	limits     limitFlags
	types      typeFlags
	device     string
	swaps      swapFlags
	out        string // the network with its exchanges
	training   trainingFlags
	batch      string // layers, one a line
}

const allConventions = "all"

func newFlops(s Streams, run func(context.Context, flopsOptions) error) *cobra.Command {
	o := flopsOptions{Streams: s}
	var flags layerFlags
	cmd := &cobra.Command{
		Use: "flops VARIANT|--net NETWORK [flags]",
		Long: `flops counts a layer, stage by stage: parameters; MACs, the multiply-accumulates of the definition, padded taps
included, bias not; FLOPs, which are 2 a MAC, plus bias additions, plus what pooling, activations, scaling and
sampling do; activations, the outputs of the stages that have MACs; bytes as float32 or as --dtype says; and arithmetic intensity,
FLOPs per byte of weights and activations moved once.

Other tools count otherwise. --convention TOOL prints the figure that a tool would in the MACs column; all prints them
side by side.`,
		Example: strings.Trim(`
  convx flops standard -i 3x224x224 -c 64 -k 7 -s 2 -p 3
  convx flops separable -i 256x28x28 -c 256 -p 1 --explain
  convx flops transposed -i 3x2x2 -c 1 -k 2 -s 2 --convention all
  convx flops --net resnet-50 --depth 1
  convx flops --net mobilenet-v2 --by kind
  convx flops --net resnet-50 --convention all
  convx flops --net model.onnx --budget max-macs=310M,max-params=3.6M -f github
  convx flops --net resnet-50 --swap 'kernel>1=separable' -o separable.yaml
  convx flops --net resnet-50 --training --optimizer adam
  convx flops --batch-file layers.jsonl`, "\n"),
		Args:              argsUpTo(1),
		ValidArgsFunction: completeVariants,
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.settle(c, &flags, args); err != nil {
				return err
			}
			return run(c.Context(), o)
		},
	}
	flags.register(cmd)
	formatVar(cmd, &o.format, budget.GitHubFormat, budget.JUnitFormat)
	totalVar(cmd)
	o.net.register(cmd, true)
	o.limits.register(cmd)
	o.types.register(cmd)
	deviceVar(cmd, &o.device, "the least time on a device: ")
	o.swaps.register(cmd, "exchange convolutions for another variant")
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "with --net: write the network, with its exchanges, into a `FILE`.yaml")
	o.training.register(cmd)
	cmd.Flags().StringVar(&o.batch, "batch-file", "", "count many layers: `FILE` (or -) with a layer as JSON a line, answered line by line")
	cmd.Flags().IntVar(&o.view.Depth, "depth", 0, "with --net: fold blocks `N` deep: 1 shows stages, 0 every layer")
	enumVar(cmd, &o.view.By, "by", "", "with --net: a row for each", "layer", "kind")
	enumVar(cmd, &o.view.Sort, "sort", "", "with --net: the largest first, by", network.SortKeys()...)
	cmd.Flags().IntVar(&o.view.Top, "top", 0, "with --net: show the first `N` rows and add up the others")
	cmd.Flags().BoolVar(&o.strict, "strict", false, "fail if some operator is not counted, or some limit limits nothing")
	cmd.Flags().BoolVar(&o.explain, "explain", false, "print each formula with the numbers in it")
	enumVar(cmd, &o.convention, "convention", "", "whose counting rules to follow", append(flops.ConventionNames(), allConventions)...)
	return cmd
}

// checkView keeps flags of networks from layers, and the other way round.
func (o *flopsOptions) checkView(c *cobra.Command) error {
	if len(o.net.names) > 0 {
		if o.explain {
			return usagef("--explain is for a layer: convx flops VARIANT --explain")
		}
		if o.view.By == "kind" && o.view.Depth > 0 {
			return usagef("--by %s and --depth %d: give one of them", o.view.By, o.view.Depth)
		}
		if o.view.Depth < 0 || o.view.Top < 0 {
			return usagef("--depth and --top are positive numbers, or 0 for all")
		}
		return nil
	}
	for _, name := range []string{"depth", "by", "sort", "allow-uncounted", "in-place", "swap", "output"} {
		if c.Flags().Changed(name) {
			return usagef("--%s is for networks: give --net", name)
		}
	}
	if c.Flags().Changed("top") && o.device == "" && !o.training.on {
		return usagef("--top is for networks, and for lists of stages: give --net, --device or --training")
	}
	return nil
}

// settle checks flags against each other, and reads what they name.
func (o *flopsOptions) settle(c *cobra.Command, flags *layerFlags, args []string) (err error) {
	if err := o.net.settle(c, flags, args); err != nil {
		return err
	}
	if err := o.checkView(c); err != nil {
		return err
	}
	o.net.Types, o.net.InPlace = o.types.types(), o.types.inPlace
	if err := o.limits.settle(o.format); err != nil {
		return err
	}
	switch {
	case o.limits.given() && o.convention == allConventions:
		return usagef("--convention all has no one figure to limit: name one")
	case o.device != "" && o.convention == allConventions:
		return usagef("--convention all is a table of tools, and --device of layers: give one of them")
	case o.out != "" && len(o.net.names) > 1:
		return usagef("-o %s: give one --net to write", o.out)
	}
	if err := o.training.settle(c, o); err != nil {
		return err
	}
	if err := o.swaps.settle(); err != nil {
		return err
	}
	if err := broken(o.Streams, o.format, o.limits.read()); err != nil {
		return err
	}
	switch nets := len(o.net.names) > 0; {
	case o.batch != "" && c.Flags().Changed("format") && o.format != report.JSONFormat:
		return usagef("--batch-file answers in JSON, a line each, not in %s", o.format)
	case o.batch != "" && (nets || len(args)+len(flags.given) > 0):
		return usagef("--batch-file says the layers: give neither a variant, nor layer flags, nor --net")
	case o.batch == "" && !nets:
		o.spec, err = flags.spec(firstArg(args))
	}
	return err
}

func runFlops(ctx context.Context, o flopsOptions) error {
	switch nets := len(o.net.names) > 0; {
	case o.batch != "":
		return runFlopsBatch(o)
	case o.training.on:
		return runFlopsTraining(o)
	case nets && o.convention == allConventions:
		return runNetConventions(o)
	case nets:
		return runFlopsNet(ctx, o)
	}
	r, err := shape.OfSpec(o.spec)
	if err != nil {
		return err
	}
	if o.convention == allConventions {
		d, err := answer.Conventions(r, o.types.types())
		if err != nil {
			return err
		}
		return o.print(o.format, d)
	}
	convention, err := flops.ConventionNamed(o.convention)
	if err != nil {
		return usageError{err}
	}
	c, err := answer.CostOf(r, convention, o.types.types())
	if err != nil {
		return err
	}
	d, err := openDevice(o.device)
	if err != nil {
		return err
	}
	if d != nil {
		c.On(*d, o.view.Top)
	}
	held, err := o.limits.hold(budget.OfLayer(r, c.Count, c.Figures, c.Figure, convention), c.Placement())
	if err != nil {
		return broken(o.Streams, o.format, err)
	}
	warnNotes(o.Streams, o.format, held)
	all := budget.Report{Parts: []budget.Held{{Outcome: held, Document: answer.Flops(c, o.explain, held)}}}
	if err := columnUsage(all.Write(o.Out, o.sheet(), o.format)); err != nil {
		return err
	}
	sayWarnings(o.Streams, held)
	return errors.Join(held.Failure(""), o.limits.strictly(o.strict, held))
}

// runNetConventions prints every tool's figure for a network.
func runNetConventions(o flopsOptions) error {
	r, err := o.net.one()
	if err != nil {
		return err
	}
	if r, _, err = o.swaps.apply(r); err != nil {
		return err
	}
	d, err := answer.NetworkConventions(r)
	if err != nil {
		return err
	}
	return o.print(o.format, d)
}
