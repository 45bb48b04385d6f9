package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/answer"
	"convx/internal/budget"
	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network/open"
	"convx/internal/report"
	"convx/internal/swap"
)

type fitOptions struct {
	Streams
	format     report.Format
	convention string
	net        netFlags
	budgets    []string
	device     string
	fps        string
	swaps      swapFlags
	uncounted  bool // limits are decided by what is counted
	types      typeFlags
	out        string
}

func newFit(s Streams, run func(context.Context, fitOptions) error) *cobra.Command {
	o := fitOptions{Streams: s}
	var flags layerFlags
	cmd := &cobra.Command{
		Use: "fit --net NETWORK --budget LIMITS [flags]",
		Long: `fit looks for what makes a network meet a budget, and ranks it: the fewest convolutions exchanged for separable or grouped
ones (or by the rules of --swap), the largest width multiplier, the largest resolution. The search for exchanges is exact where it is small;
else it says by how much it may be off. Accuracy is not computed: what comes out must be trained. The exit status is 3 if nothing meets the budget.`,
		Example: strings.Trim(`
  convx fit --net mobilenet-v2 --budget max-macs=150M
  convx fit --net resnet-50 --budget max-macs=2.5G,max-params=20M --swap 'layer4.*&kernel>1=separable' -o small.yaml
  convx fit --net mobilenet-v2 --budget max-time=20ms --device raspberry-pi-4`, "\n"),
		Args: argsUpTo(0),
		RunE: func(c *cobra.Command, args []string) error {
			if len(o.net.names) == 0 {
				return usagef("fit needs a network: give --net")
			}
			if err := o.net.settle(c, &flags, args); err != nil {
				return err
			}
			if len(o.budgets) == 0 {
				return usagef("fit needs a budget to meet: give --budget, like max-macs=150M")
			}
			o.net.Types, o.net.InPlace = o.types.types(), o.types.inPlace
			if err := o.swaps.settle(); err != nil {
				return err
			}
			return run(c.Context(), o)
		},
	}
	var others []string
	for _, k := range layer.Keys() {
		if k.Name != "input" {
			others = append(others, k.Name)
		}
	}
	flags.register(cmd, others...)
	formatVar(cmd, &o.format)
	o.net.register(cmd, false)
	o.types.register(cmd)
	budgetVar(cmd, &o.budgets, "what the network is to meet: ")
	deviceVar(cmd, &o.device, "limits of time are on this device: ")
	fpsVar(cmd, &o.fps)
	o.swaps.register(cmd, "exchanges to try, in place of the usual ones")
	enumVar(cmd, &o.convention, "convention", "", "whose counting rules max-macs follows", flops.ConventionNames()...)
	cmd.Flags().BoolVar(&o.uncounted, "allow-uncounted", false, "decide limits by what is counted, though some operator is not")
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "write the network that meets the budget first of all into a `FILE`.yaml")
	return cmd
}

func runFit(ctx context.Context, o fitOptions) error {
	name, err := o.net.only()
	if err != nil {
		return err
	}
	r, err := o.net.load(name)
	if err != nil {
		return err
	}
	t := swap.Task{Network: r, Rules: o.swaps.rules, At: open.Again(name, o.net.Options), AllowUncounted: o.uncounted}
	if !o.swaps.given() {
		t.Rules = swap.DefaultRules()
	}
	if t.Convention, err = flops.ConventionNamed(o.convention); err != nil {
		return usageError{err}
	}
	if t.Device, err = openDevice(o.device); err != nil {
		return err
	}
	if t.Rate, err = rateOf(o.fps); err != nil {
		return err
	}
	if t.Budgets, err = budget.Read(o.budgets...); err != nil {
		return err
	}
	if u := r.UncountedTexts(); len(u) > 0 {
		o.warnf("not counted, and missing from the totals: %s", lang.List(u))
	}
	ways, holds, err := t.Fit()
	if err != nil {
		return err
	}
	if o.out != "-" { // where the network itself goes
		if err := o.print(o.format, answer.Fit(r, ways, holds, t.Device)); err != nil {
			return err
		}
	}
	if holds {
		ways = []swap.Way{{Met: true, Result: r}}
	}
	if len(ways) == 0 || !ways[0].Met {
		return overError{lang.New("nothing that was tried meets the budget")}
	}
	if o.out == "" {
		return nil
	}
	return writeNetwork(ctx, o.Streams, o.out, o.net.names, ways[0].Result)
}
