package cli

import (
	"context"

	"convx/internal/compare"
	"convx/internal/operands"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// comparison is what compare found out, and how it was asked.
type comparison struct {
	*compare.Comparison
	timed   bool
	threads int
	source  string // what the input was, if there was one
}

func runCompare(ctx context.Context, o compareOptions) error {
	if len(o.net.names) > 0 {
		return runCompareNets(o)
	}
	ask := compare.Request{Layers: o.variants, Shared: o.layer.given, Filters: o.filters, Sweeps: o.sweeps, Baseline: o.baseline}
	engine := o.bench(o.minTime)
	c := comparison{timed: !o.noTime, threads: engine.Threads}
	var src *operands.Source
	var err error
	if o.input != "" {
		if src, err = o.openInput(); err != nil {
			return err
		}
		defer src.Close()
		ask.Input, c.source = src.Shape, src.Label()
	}
	if c.Comparison, err = compare.New(ask); err != nil {
		return err
	}
	err = attend(ctx, o.Streams, func(p *progress) error {
		if src != nil {
			if err := c.RunOn(ctx, src, engine, p.stage); err != nil {
				return err
			}
		}
		if o.noTime {
			return nil
		}
		return c.Time(ctx, engine, p.stage)
	})
	if err != nil {
		return err
	}
	if err := o.draw(ctx, c); err != nil {
		return err
	}
	return o.print(o.format, compareDocument(c))
}

func (o *compareOptions) openInput() (*operands.Source, error) {
	color, err := picture.ParseColor(o.color)
	if err != nil {
		return nil, usagef("--color: %w", err)
	}
	spec, err := o.layer.spec("")
	if err != nil {
		return nil, err
	}
	if spec.Dims == 0 {
		spec.Dims = 2
	}
	return operands.OpenSource(operands.Origin{
		Path: o.input, Stdin: o.In, Color: color, MaxPixels: o.maxPixels, As: tensor.Float32, Seed: o.seed, Dims: spec.Dims, Size: spec.Input, Orient: o.orient,
	})
}
