package cli

import (
	"context"
	"fmt"
	"io"

	"convx/internal/answer/measured"
	"convx/internal/compare"
	"convx/internal/draw"
	"convx/internal/drawing"
	"convx/internal/infer"
	"convx/internal/network"
	"convx/internal/operands"
	"convx/internal/picture"
	"convx/internal/swap"
	"convx/internal/tensor"
)

func runCompare(ctx context.Context, o compareOptions) error {
	switch {
	case len(o.net.names) > 0 && o.input != "":
		return runCompareNetsOn(ctx, o)
	case len(o.net.names) > 0:
		return runCompareNets(o)
	case o.files != nil:
		return runCompareArrays(o)
	}
	ask := compare.Request{Layers: o.variants, Shared: o.layer.given, Filters: o.filters, Sweeps: o.sweeps, Baseline: o.baseline}
	engine := o.bench(o.minTime)
	c := measured.Comparison{Timed: !o.noTime, Threads: engine.Threads}
	var src *operands.Source
	var err error
	if o.input != "" {
		if src, err = o.openInput(); err != nil {
			return err
		}
		defer src.Close()
		ask.Input, c.Source = src.Shape, src.Label()
	}
	if c.Comparison, err = compare.New(ask); err != nil {
		return err
	}
	err = o.attend(ctx, func(stage func(string)) error {
		if src != nil {
			if err := c.RunOn(ctx, src, engine, stage); err != nil {
				return err
			}
		}
		if o.noTime {
			return nil
		}
		return c.Time(ctx, engine, stage)
	})
	if err != nil {
		return err
	}
	if err := o.draw(ctx, c); err != nil {
		return err
	}
	return o.print(o.format, measured.Compare(c))
}

func (o *compareOptions) openInput() (*operands.Source, error) {
	spec, err := o.layer.spec("")
	if err != nil {
		return nil, err
	}
	if spec.Dims == 0 {
		spec.Dims = 2
	}
	from := o.origin(o.input, o.In)
	from.As, from.Seed, from.Dims, from.Size = tensor.Float32, o.seed, spec.Dims, spec.Input
	return operands.OpenSource(from)
}

// draw writes the pictures that were asked for: all of them, or none.
func (o *compareOptions) draw(ctx context.Context, c measured.Comparison) error {
	files, err := o.outputFiles(c)
	if err != nil {
		return err
	}
	if o.plot != "" {
		chart, err := chartFile(o.plot, measured.CompareBars(c, o.look).Write)
		if err != nil {
			return err
		}
		files = append(files, chart)
	}
	if err := writeFiles(ctx, o.Streams, []string{o.input}, files...); err != nil {
		return err
	}
	for _, path := range o.outputs {
		o.sayf("wrote %q: the outputs side by side", path)
	}
	if o.plot != "" {
		o.sayf("wrote %q", o.plot)
	}
	return nil
}

// outputFiles are the input and the outputs side by side.
func (o *compareOptions) outputFiles(c measured.Comparison) (files []pending, err error) {
	if len(o.outputs) == 0 {
		return nil, nil
	}
	show := picture.MapOptions{Scale: o.magnify, Dark: o.look.Theme == drawing.Dark}
	if show.Mapping, err = picture.ParseMapping(o.mapping); err != nil {
		return nil, err
	}
	panels, err := c.Panels(show)
	if err != nil {
		return nil, fmt.Errorf("-o: %w", err)
	}
	for _, path := range o.outputs {
		files = append(files, pending{path, func(w io.Writer) error { return draw.SideBySide(w, panels, o.look) }})
	}
	return files, nil
}

// runCompareNets counts networks side by side.
func runCompareNets(o compareOptions) error {
	var results []*network.Result
	var names []string
	for _, name := range o.net.names {
		r, err := o.net.load(name)
		if err != nil {
			return err
		}
		results, names = append(results, r), append(names, name)
		for _, rule := range o.swaps.rules { // a row each
			s, err := swap.Apply(r, []swap.Rule{rule})
			if err != nil {
				return err
			}
			results, names = append(results, s.After), append(names, name+" with "+rule.Text)
		}
	}
	o.net.names = names
	base, err := compare.Baseline(o.net.names, o.baseline)
	if err != nil {
		return err
	}
	for i, r := range results {
		if u := r.UncountedTexts(); len(u) > 0 {
			o.warnf("%s: not counted, and missing from the totals: %v", o.net.names[i], u)
		}
	}
	return o.print(o.format, measured.CompareNetworks(o.net.names, results, base))
}

// weightsOf is the file of the network's weights, empty where they are drawn.
func (o *compareOptions) weightsOf(network int) string {
	if len(o.weights) > 1 {
		return o.weights[network]
	}
	return firstArg(o.weights)
}

// runCompareNetsOn runs networks on the same data.
func runCompareNetsOn(ctx context.Context, o compareOptions) error {
	base, err := compare.Baseline(o.net.names, o.baseline)
	if err != nil {
		return err
	}
	var feeds []*operands.Feeds
	for i, name := range o.net.names {
		n := o.net.Options
		n.Program = true
		feeds = append(feeds, &operands.Feeds{
			Network: name, Options: n, Input: o.input, MaxPixels: o.maxPixels, Seed: o.seed, Arrays: map[string]*tensor.Array{},
			As: o.feed.as(), Weights: o.weightsOf(i),
		})
	}
	engine := o.bench(o.minTime)
	c := measured.NetworkRuns{Threads: engine.Threads}
	err = o.attend(ctx, func(stage func(string)) (err error) {
		c.Runs, err = compare.RunNetworks(ctx, feeds, base, infer.Options{Algorithm: o.algorithm, Threads: threadsOf(o.threads), MaxBytes: freeMemory(), Watch: true}, stage)
		if err != nil || o.noTime {
			return err
		}
		return compare.TimeNetworks(ctx, c.Runs, o.minTime, stage)
	})
	if err != nil {
		return err
	}
	for _, r := range c.Runs {
		for _, line := range r.Origins {
			o.sayf("%s: %s", r.Name, line)
		}
	}
	return o.print(o.format, measured.CompareNetworkRuns(c, base))
}
