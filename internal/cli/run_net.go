package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"convx/internal/infer"
	"convx/internal/network"
	"convx/internal/operands"
	"convx/internal/output"
	"convx/internal/report"
	"convx/internal/tensor"
)

// netRunFlags are those of run that go with --net.
type netRunFlags struct {
	net             netFlags
	feeds, at       []string
	fit, preprocess string
	mean, std       []float64
	channels        string
	top             int
	labels          string
	as              string
	without         []string
}

func (n *netRunFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	n.net.register(cmd, false)
	f.StringArrayVar(&n.feeds, "feed", nil, "with --net: feed an input, `NAME=FILE` (.npy, or .npz or .safetensors with that name); repeat for more")
	f.StringArrayVar(&n.at, "at", nil, "with --net: give what `LAYER` makes (a layer's or a tensor's name, * for any text) in place of the outputs; repeat for more")
	enumVar(cmd, &n.fit, "fit", "", "with --net: bring a picture to the network's size by", operands.Fits()...)
	enumVar(cmd, &n.preprocess, "preprocess", "", "with --net: how a picture's samples become numbers", append([]string{"auto"}, operands.PreprocessNames()...)...)
	f.Float64SliceVar(&n.mean, "mean", nil, "with --net: take this off the samples, one `NUMBER` or one for each channel")
	f.Float64SliceVar(&n.std, "std", nil, "with --net: divide by this, one `NUMBER` or one for each channel")
	enumVar(cmd, &n.channels, "channels", "", "with --net: give the network a picture's channels as", "auto", "rgb", "bgr", "gray")
	f.IntVar(&n.top, "top", 0, "with --net: print the `N` largest of the outputs, as classes")
	f.StringVar(&n.labels, "labels", "", "with --top: name the classes by the lines of `FILE`")
	enumVar(cmd, &n.as, "as", "", "with -o FOLDER/: write each layer as", "png", "npy")
	f.StringSliceVar(&n.without, "without", nil, "with --net: leave out a `REWRITE` of the graph: all, "+strings.Join(infer.Rewrites(), ", "))
}

// netRun is a whole network that is being run on data.
type netRun struct {
	runOptions
	name    string
	output  string // a path, a folder, "-", or "" for none
	kind    netOutput
	labels  []string
	graph   *network.Graph
	options network.Options
	net     *infer.Network
	feeds   map[string]*tensor.Array
	origins []string // what the inputs are, for the summary
	stats   []layerStats
	elapsed time.Duration
}

// runNet runs a whole network: it settles everything that can fail cheaply first.
func runNet(ctx context.Context, o runOptions) error {
	r := &netRun{runOptions: o, feeds: map[string]*tensor.Array{}}
	if err := r.settle(); err != nil {
		return err
	}
	var file *output.File
	if r.kind == npzResult || r.kind == npyResult || r.kind == sheetResult {
		var err error
		if file, err = output.Create(ctx, r.output, output.Options{Stdout: o.Out, Terminal: o.OutTerminal, Inputs: r.inputPaths()}); err != nil {
			return err
		}
		defer file.Abort()
	}
	err := attend(ctx, o.Streams, func(p *progress) error {
		if err := r.prepare(ctx, p); err != nil {
			return err
		}
		p.stage("running " + r.name)
		begin := time.Now()
		if err := r.net.Run(ctx, r.feeds); err != nil {
			return err
		}
		r.elapsed = time.Since(begin)
		p.stage("writing " + r.output)
		return r.write(ctx, file)
	})
	if err != nil {
		return err
	}
	r.summary()
	if file != nil {
		if err := file.Commit(); err != nil {
			return err
		}
	}
	if r.output == "-" || !r.shows() && o.whole.top == 0 {
		return nil
	}
	d, err := r.document()
	if err != nil {
		return err
	}
	return report.Write(o.Out, o.format, d)
}

// shows tells whether the layers are listed: where nothing else was asked for.
func (r *netRun) shows() bool {
	return r.kind == noResult && r.whole.top == 0 || r.runOptions.stats || r.format == report.JSONFormat
}

func (r *netRun) settle() (err error) {
	if r.name, err = r.whole.net.only(); err != nil {
		return err
	}
	if err := checkThreads(r.threads); err != nil {
		return err
	}
	if err := checkAlgorithm(r.algorithm); err != nil {
		return err
	}
	if r.whole.top < 0 {
		return usagef("--top %d: give a positive number", r.whole.top)
	}
	for _, name := range r.whole.without {
		if !isRewrite(name) {
			return usagef("--without %q: rewrites are all, %s", name, strings.Join(infer.Rewrites(), ", "))
		}
	}
	if len(r.filters) > 0 {
		return usagef("--filter is for a layer: a network has weights of its own")
	}
	if len(r.outputs) > 1 {
		return usagef("-o is given %d times: the results of a network go into one file or FOLDER/", len(r.outputs))
	}
	r.output = firstArg(r.outputs)
	if r.kind, err = r.outputKind(); err != nil {
		return err
	}
	if r.labels, err = readLabels(r.whole.labels); err != nil {
		return err
	}
	return r.readFeeds()
}

func isRewrite(name string) bool {
	if name == "all" {
		return true
	}
	for _, r := range infer.Rewrites() {
		if r == name {
			return true
		}
	}
	return false
}

// prepare reads the network at the sizes that it is fed with, and makes it ready.
func (r *netRun) prepare(ctx context.Context, p *progress) error {
	p.stage("reading " + r.name)
	if err := r.open(); err != nil {
		return err
	}
	p.stage("preparing " + r.name)
	net, err := infer.Prepare(ctx, r.graph, infer.Options{
		Algorithm: r.algorithm, Threads: r.threads, At: r.whole.at, Without: r.whole.without, MaxBytes: freeMemory(),
	})
	if err != nil {
		return err
	}
	r.net = net
	if noted := r.graph.Metadata["labels"]; r.labels == nil && noted != "" {
		r.labels = strings.Split(noted, ",")
	}
	if r.shows() {
		net.Observe = func(i int, a *tensor.Array) { r.stats = append(r.stats, statsOfArray(a)) }
	}
	return nil
}

// summary says what went in.
func (r *netRun) summary() {
	for _, line := range r.origins {
		r.sayf("%s", line)
	}
	r.sayf("%s ran in %s on %s", r.name, timeText(r.elapsed), plural(threadsOf(r.threads), "thread"))
}

func inputNames(p *network.Program) string {
	var names []string
	for _, in := range p.Inputs {
		names = append(names, in.Name)
	}
	return strings.Join(names, ", ")
}

func (r *netRun) inputPaths() []string {
	paths := []string{r.name, r.input}
	for _, feed := range r.whole.feeds {
		_, path, _ := strings.Cut(feed, "=")
		paths = append(paths, path)
	}
	return paths
}
