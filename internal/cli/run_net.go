package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"convx/internal/answer/measured"
	"convx/internal/gradient"
	"convx/internal/infer"
	"convx/internal/lang"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/picture"
	"convx/internal/results"
	"convx/internal/tensor"
)

// netRunFlags are those of run that go with --net.
type netRunFlags struct {
	net       netFlags
	feeds, at []string
	top       int
	labels    string
	as        string
	without   []string
	ablate    string
}

// netOnly and layerOnly are the flags of run that are for networks and for layers alone.
var (
	netOnly   = []string{"feed", "at", "preprocess", "fit", "mean", "std", "channels", "top", "labels", "as", "without", "ablate"}
	layerOnly = []string{"filter", "offsets", "dtype", "color"}
)

// settle takes what the command line holds beside a network.
func (n *netRunFlags) settle(c *cobra.Command, layers *layerFlags) error {
	if err := n.net.settle(c, layers, nil); err != nil {
		return err
	}
	if c.Flags().Changed("labels") && n.top == 0 && n.ablate == "" {
		return usagef("--labels names the classes of --top: give both")
	}
	if n.ablate != "" {
		if err := refuse(c, "has no use with --ablate, which prints what channels matter", "output", "at", "top", "stats", "as"); err != nil {
			return err
		}
	}
	return refuse(c, "is for a layer: a network has weights, element types and channels (--channels) of its own", layerOnly...)
}

func (n *netRunFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	n.net.register(cmd, false)
	f.StringArrayVar(&n.feeds, "feed", nil, "with --net: feed an input, `NAME=FILE` (.npy, or .npz or .safetensors with that name); repeat for more")
	f.StringArrayVar(&n.at, "at", nil, "with --net: give what `LAYER` makes (a layer's or a tensor's name, * for any text) in place of the outputs; repeat for more")
	f.IntVar(&n.top, "top", 0, "with --net: print the `N` largest of the outputs, as classes")
	f.StringVar(&n.labels, "labels", "", "with --top: name the classes by the lines of `FILE`")
	enumVar(cmd, &n.as, "as", "", "with -o FOLDER/: write each layer as", "png", "npy")
	f.StringVar(&n.ablate, "ablate", "", "with --net: leave out every channel of what `LAYER` makes in turn, and print what that does to the largest output")
	f.StringSliceVar(&n.without, "without", nil, lang.Sprintf("with --net: leave out a `REWRITE` of the graph: all, %s", lang.List(infer.Rewrites())))
}

// netRun is a whole network that is being run on data.
type netRun struct {
	runOptions
	name    string
	targets results.Targets
	show    picture.MapOptions // how pictures show results
	labels  []string
	net     *infer.Network
	feeds   *operands.Feeds
	stats   []measured.ArrayStats
	elapsed time.Duration
}

// runNet runs a whole network: it settles everything that can fail cheaply first.
func runNet(ctx context.Context, o runOptions) error {
	r := &netRun{runOptions: o}
	if err := r.settle(); err != nil {
		return err
	}
	defer r.feeds.Close()
	if o.whole.ablate != "" {
		return r.ablation(ctx)
	}
	files, err := r.targets.Create(ctx, r.outputOptions(r.inputPaths()))
	if err != nil {
		return err
	}
	defer files.Abort()
	err = o.attend(ctx, func(stage func(string)) error {
		if err := r.prepare(ctx, stage); err != nil {
			return err
		}
		stage(lang.Sprintf("running %s", r.name))
		begin := time.Now()
		if err := r.net.Run(ctx, r.feeds.Arrays); err != nil {
			return err
		}
		r.elapsed = time.Since(begin)
		notes, err := r.write(ctx, stage)
		r.feeds.Origins = append(r.feeds.Origins, notes...)
		return err
	})
	if err != nil {
		return err
	}
	r.summary()
	if err := files.Commit(); err != nil {
		return err
	}
	for _, t := range r.targets {
		if t.File != nil && t.Path != "-" {
			r.sayf("wrote %q", t.Path)
		}
	}
	if slices.Contains(r.outputs, "-") || !r.shows() && o.whole.top == 0 {
		return nil
	}
	d, err := r.document()
	if err != nil {
		return err
	}
	return o.print(o.format, d)
}

// ablation leaves out the channels of a layer in turn.
func (r *netRun) ablation(ctx context.Context) error {
	var a gradient.Ablation
	err := r.attend(ctx, func(stage func(string)) (err error) {
		stage(lang.Sprintf("reading %s", r.name))
		if err := r.feeds.Open(); err != nil {
			return err
		}
		stage(lang.Sprintf("leaving out channels of %s", r.whole.ablate))
		a, err = gradient.Ablate(ctx, r.feeds.Graph.Program, r.whole.ablate, r.feeds.Arrays, infer.Options{Algorithm: r.algorithm, Threads: r.threads, MaxBytes: freeMemory()})
		return err
	})
	if err != nil {
		return err
	}
	for _, line := range r.feeds.Origins {
		r.sayf("%s", line)
	}
	return r.print(r.format, measured.Ablation(r.name, a, r.classes()))
}

// classes are the labels that the user names, or those of the model.
func (r *netRun) classes() []string {
	if noted := r.feeds.Graph.Metadata["labels"]; r.labels == nil && noted != "" {
		return strings.Split(noted, ",")
	}
	return r.labels
}

// write writes what was kept.
func (r *netRun) write(ctx context.Context, stage func(string)) (notes []string, err error) {
	return results.Network{
		Results: r.net.Results(), Show: r.show, Look: r.picture.look, Shared: slices.Contains(r.picture.given, "map") && r.show.Mapping != picture.EachMapping,
		As: r.whole.as, Inputs: r.inputPaths(),
	}.Write(ctx, r.targets, stage)
}

func (r *netRun) settle() (err error) {
	if r.name, err = r.whole.net.only(); err != nil {
		return err
	}
	if err := checkThreads(r.Streams, r.threads); err != nil {
		return err
	}
	if err := ops.CheckNames(r.algorithm); err != nil {
		return err
	}
	if r.whole.top < 0 {
		return usagef("--top %d: give a positive number", r.whole.top)
	}
	for _, name := range r.whole.without {
		if !isRewrite(name) {
			return usagef("--without %q: rewrites are all, %s", name, lang.List(infer.Rewrites()))
		}
	}
	if err := checkOutputs(r.outputs); err != nil {
		return err
	}
	if r.targets, err = results.ForNetwork(r.outputs); err != nil {
		return err
	}
	if len(r.picture.given) > 0 && !r.targets.Pictured() {
		return usagef("--%s is for pictures: write one with -o FILE.png, or a folder of them with -o FOLDER/", r.picture.given[0])
	}
	if r.show, err = r.picture.mapOptions(8); err != nil {
		return err
	}
	if len(r.weights) > 1 {
		return usagef("-w is given twice: a network takes one file of all its weights, -w FILE.safetensors or .npz")
	}
	if err := checkNetWeights(firstArg(r.weights)); err != nil {
		return err
	}
	if r.labels, err = operands.Labels(r.whole.labels); err != nil {
		return err
	}
	return r.openFeeds()
}

// openFeeds reads what --feed names, and settles how INPUT is fed.
func (r *netRun) openFeeds() (err error) {
	n := r.whole.net.Options
	n.Program = true
	r.feeds = &operands.Feeds{
		Network: r.name, Options: n, Input: r.input, Stdin: r.In, MaxPixels: r.maxPixels, Seed: r.seed, Weights: firstArg(r.weights),
		As: r.feed.as(),
	}
	return r.feeds.ReadFiles(r.whole.feeds)
}

func isRewrite(name string) bool { return name == "all" || slices.Contains(infer.Rewrites(), name) }

// prepare reads the network at the sizes that it is fed with, and makes it ready.
func (r *netRun) prepare(ctx context.Context, stage func(string)) error {
	stage(lang.Sprintf("reading %s", r.name))
	if err := r.feeds.Open(); err != nil {
		return err
	}
	stage(lang.Sprintf("preparing %s", r.name))
	net, err := infer.Prepare(ctx, r.feeds.Graph, infer.Options{
		Algorithm: r.algorithm, Threads: threadsOf(r.threads), At: r.whole.at, Without: r.whole.without, MaxBytes: freeMemory(), Watch: true, Once: true,
	})
	if err != nil {
		return err
	}
	r.net = net
	r.labels = r.classes()
	if r.shows() {
		net.Observe = func(_ int, a *tensor.Array) { r.stats = append(r.stats, r.look(a)) }
	}
	return nil
}

func (r *netRun) inputPaths() []string {
	paths := append([]string{r.name, r.input}, r.weights...)
	for _, feed := range r.whole.feeds {
		_, path, _ := strings.Cut(feed, "=")
		paths = append(paths, path)
	}
	return paths
}
