package cli

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"convx/configs"
	"convx/internal/answer/measured"
	"convx/internal/bench"
	"convx/internal/budget"
	"convx/internal/drawing"
	"convx/internal/infer"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/ops"
	"convx/internal/report"
	"convx/internal/shape"
	"convx/internal/swap"
)

type benchOptions struct {
	Streams
	format report.Format
	engineFlags
	suite   string // a file or a built-in suite; empty is the layer
	spec    layer.Spec
	tune    bool
	plot    string
	look    drawing.Look
	minTime time.Duration
	net     netFlags
	layers  bool // with a network: each of its layers by itself
	swaps   swapFlags
	limits  limitFlags
	device  string // a device file to write
}

func newBench(s Streams, run func(context.Context, benchOptions) error) *cobra.Command {
	o := benchOptions{Streams: s}
	var flags layerFlags
	cmd := &cobra.Command{
		Use: "bench SUITE.yaml|SUITE|VARIANT|--net NETWORK [flags]",
		Long: lang.Sprintf(`bench times a suite of layers, or one layer, with weights packed beforehand and random data: the least and the
median time, half of the range of the middle half of the runs (±), GFLOP/s and GB/s with their shares of the machine's
measured peak and bandwidth, and which of the two bounds the layer (the roofline).

A suite is a YAML file, or the name of a built-in one: %s.
--algorithm all times every algorithm that takes a layer; --tune also says where the automatic choice was not the
fastest.`, lang.List(configs.SuiteNames())),
		Example: strings.Trim(`
  convx bench standard -i 64x56x56 -k 3 -p 1 --min-time 50ms
  convx bench depthwise -i 32x28x28 -p 1 --algorithm all --min-time 10ms
  convx bench kinds --threads 1 --min-time 5ms -f csv
  convx bench --net mobilenet-v2 --min-time 5ms`, "\n"),
		Args:              argsUpTo(1),
		ValidArgsFunction: completeBench,
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.settle(c, &flags, args); err != nil {
				return err
			}
			return run(c.Context(), o)
		},
	}
	flags.register(cmd)
	formatVar(cmd, &o.format, budget.GitHubFormat, budget.JUnitFormat)
	o.limits.registerTimes(cmd)
	cmd.Flags().StringVar(&o.device, "device-out", "", "write what this machine can do, measured, as a device into a `FILE`.yaml for flops --device; alone, time nothing else")
	o.engineFlags.register(cmd)
	o.net.register(cmd, false)
	o.swaps.register(cmd, "time the layers with convolutions exchanged")
	cmd.Flags().DurationVar(&o.minTime, "min-time", 250*time.Millisecond, "time each layer for at least this `TIME`")
	lookVars(cmd, &o.look)
	cmd.Flags().StringVar(&o.plot, "plot", "", "draw the roofline with the layers under it, or what the steps of a network take beside their MACs, into `FILE.png` or .svg")
	cmd.Flags().BoolVar(&o.layers, "layers", false, "with --net: time each layer by itself, not inside the running network")
	cmd.Flags().BoolVar(&o.tune, "tune", false, "time every algorithm, and say where the automatic choice was wrong")
	return cmd
}

// settle checks flags against each other, and reads what they name.
func (o *benchOptions) settle(c *cobra.Command, flags *layerFlags, args []string) (err error) {
	if err := o.check(o.Streams); err != nil {
		return err
	}
	if o.tune && ops.IsAlgorithm(o.algorithm) {
		return usagef("--tune judges a choice, and --algorithm %s leaves none: give auto, or auto,-NAME to forbid one", o.algorithm)
	}
	if err := cmp.Or(checkMinTime(o.minTime), checkPlot(o.plot)); err != nil {
		return err
	}
	if err := o.net.settle(c, flags, args); err != nil {
		return err
	}
	if err := o.swaps.settle(); err != nil {
		return err
	}
	if err := o.limits.settle(o.format); err != nil {
		return err
	}
	if err := broken(o.Streams, o.format, o.limits.read()); err != nil {
		return err
	}
	if len(o.net.names) > 0 || o.device != "" && len(args)+len(flags.given) == 0 {
		return nil
	}
	if o.swaps.given() {
		return usagef("--swap is for networks: give --net")
	}
	o.spec, o.suite, err = benchSubject(flags, firstArg(args))
	return err
}

// benchSubject tells a layer from a suite: a variant's name is a layer.
func benchSubject(flags *layerFlags, arg string) (layer.Spec, string, error) {
	if arg == "" {
		return layer.Spec{}, "", usagef("no layer given: name a variant, a suite file, or one of the suites %s", lang.List(configs.SuiteNames()))
	}
	_, isVariant := layer.VariantNamed(arg)
	_, isSuite := configs.Suite(arg)
	if !isVariant && !isSuite && !looksLikeFile(arg) {
		names := slices.Concat(configs.SuiteNames(), layer.VariantNames())
		if near := layer.Nearest(arg, names); near != "" {
			return layer.Spec{}, "", usagef("unknown variant or suite %q: did you mean %s?", arg, near)
		}
		return layer.Spec{}, "", usagef("unknown variant or suite %q: suites are %s; variants are %s", arg, lang.List(configs.SuiteNames()), lang.List(layer.VariantNames()))
	}
	if isVariant {
		s, err := flags.spec(arg)
		return s, "", err
	}
	if len(flags.given) > 0 {
		return layer.Spec{}, "", usagef("--%s does not go with a suite: its file says what the layers are", flags.given[0].Key)
	}
	return layer.Spec{}, arg, nil
}

func completeBench(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	files, _ := filepath.Glob(prefix + "*.yaml")
	return slices.Concat(configs.SuiteNames(), files, variantWords()), cobra.ShellCompDirectiveDefault
}

// entries are the layers to time.
func (o benchOptions) entries() ([]bench.Entry, error) {
	if len(o.net.names) == 0 {
		return o.suiteEntries()
	}
	r, err := o.net.one()
	if err != nil {
		return nil, err
	}
	r, swapped, err := o.swaps.apply(r)
	if err != nil {
		return nil, err
	}
	if swapped != nil {
		o.warnf("%s", swap.Untrained())
	}
	return bench.NetworkEntries(r)
}

func (o benchOptions) suiteEntries() ([]bench.Entry, error) {
	if o.suite == "" {
		l, err := layer.Build(o.spec)
		if err != nil {
			return nil, err
		}
		if _, err := shape.Of(l); err != nil {
			return nil, err
		}
		return []bench.Entry{{Name: o.spec.Variant, Layer: l}}, nil
	}
	return bench.OpenSuite(o.suite)
}

func runBench(ctx context.Context, o benchOptions) error {
	if o.device != "" {
		if err := o.writeDevice(ctx); err != nil || o.suite == "" && o.spec.Variant == "" && len(o.net.names) == 0 {
			return err
		}
	}
	if o.whole() {
		return runBenchWhole(ctx, o)
	}
	entries, err := o.entries()
	if err != nil {
		return err
	}
	opt := o.bench(o.minTime)
	if o.algorithm == every {
		opt.Algorithm = "auto"
	}
	var timed bench.Timed
	time := timed.Suite
	if o.tune || o.algorithm == every {
		time = timed.Tune
	}
	err = o.attend(ctx, func(stage func(string)) error {
		return time(ctx, entries, opt, bench.Hearer{
			Left: func(e bench.Entry, err error) { o.warnf("%s is left out: %v", e.Name, err) },
			At:   stage,
			Done: func(done, of int, rows []bench.Result) { o.say(measured.Tuned(done, of, rows)) },
		})
	})
	machine, rows := timed.Results()
	if err != nil {
		if len(rows) > 0 { // interrupted
			err = cmp.Or(o.show(budget.Outcome{}, measured.Bench(machine, rows, o.tune, budget.Outcome{})), err)
		}
		return err
	}
	if o.plot != "" {
		if err := writeChart(ctx, o.Streams, o.plot, "", measured.Roofline(machine, rows, o.look).Write); err != nil {
			return err
		}
		o.sayf("wrote %q", o.plot)
	}
	name := cmp.Or(strings.Join(o.net.names, ""), o.suite, o.spec.Variant)
	return o.hold(measured.TimesOf(machine, rows, name), func(v budget.Outcome) report.Document { return measured.Bench(machine, rows, o.tune, v) })
}

// whole reports whether a network is timed as it runs.
func (o benchOptions) whole() bool {
	return len(o.net.names) == 1 && !o.layers && !o.swaps.given() && !o.tune && o.algorithm != every
}

func runBenchWhole(ctx context.Context, o benchOptions) error {
	name, n := o.net.names[0], o.net
	n.Program = true
	opt := bench.WholeOptions{
		Options: infer.Options{Algorithm: o.algorithm, Threads: threadsOf(o.threads), MaxBytes: freeMemory()}, Seed: o.seed, MinTime: o.minTime,
	}
	var w bench.Whole
	err := o.attend(ctx, func(stage func(string)) (err error) {
		w, err = bench.Network(ctx, name, func() (*network.Graph, network.Options, error) { return n.source(name) }, opt, stage)
		return err
	})
	if err != nil {
		return err
	}
	if o.plot != "" {
		if err := writeChart(ctx, o.Streams, o.plot, name, measured.NetworkBars(w, o.look).Write); err != nil {
			return err
		}
		o.sayf("wrote %q", o.plot)
	}
	return o.hold(measured.TimesOfNetwork(w), func(v budget.Outcome) report.Document { return measured.BenchNetwork(w, v) })
}
