// Package apply computes a settled layer on its data: the whole of it, or a picture in bands from file to file.
package apply

import (
	"context"
	"io"
	"strings"
	"time"

	"convx/internal/bands"
	"convx/internal/lang"
	"convx/internal/memory"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/picture"
	"convx/internal/report"
	"convx/internal/tensor"
)

// Job is a settled layer and what it is computed on.
type Job struct {
	Set     *operands.Settled
	Source  *operands.Source
	Seed    uint64 // of the operands that are not given
	Options ops.Options
	Show    picture.MapOptions // how a picture shows the result
}

// Result is what a computation gave.
type Result[T tensor.Float] struct {
	Output  *tensor.Tensor[T] // nil where the job was done in bands: there is no output as a whole
	Origins []string          // of the operands
	Inexact int               // elements that T could not hold
	Steps   []ops.Step
	Factors []float64     // of the channels of each sample, where the layer's last stage scales them
	Noise   float64       // what rounding may have left of an output that is zero; see operands.NoiseOf
	Elapsed time.Duration // of the layer alone
	Shown   string        // what the picture shows that was written in bands
}

// Fits is an error where the job needs more memory than is free.
func Fits[T tensor.Float](j Job) error {
	m, err := ops.EstimateMemory[T](j.Set.Result, j.Options)
	if err != nil {
		return err
	}
	if free, fits := memory.Fits(m.Total()); !fits {
		return lang.Errorf("this run needs about %s of memory and %s is free: take a smaller input or fewer channels",
			report.Bytes(m.Total()), report.Bytes(free))
	}
	return nil
}

// Whole reads the input and computes the layer on it. stage is told what the work is at.
func Whole[T tensor.Float](ctx context.Context, j Job, stage func(string)) (Result[T], error) {
	stage(lang.Text("reading"))
	x, inexact, err := operands.Read[T](j.Source)
	if err != nil {
		return Result[T]{}, err
	}
	if err := ctx.Err(); err != nil {
		return Result[T]{}, err
	}
	stage(j.Set.Layer.Variant)
	r, values, err := compute(ctx, j.Set, x, j.Seed, j.Options)
	if err != nil {
		return r, err
	}
	r.Inexact += inexact
	r.Factors, err = ops.Factors(ctx, j.Set.Result, values.Tensors, x, j.Options)
	return r, err
}

// On computes a settled layer on x, by what suits its values: see ops.PrepareFor. Operands that are not given are drawn from seed.
func On[T tensor.Float](ctx context.Context, set *operands.Settled, x *tensor.Tensor[T], seed uint64, o ops.Options) (Result[T], error) {
	r, _, err := compute(ctx, set, x, seed, o)
	return r, err
}

func compute[T tensor.Float](ctx context.Context, set *operands.Settled, x *tensor.Tensor[T], seed uint64, o ops.Options) (r Result[T], v operands.Values[T], err error) {
	if v, err = operands.Load[T](set, seed); err != nil {
		return r, v, err
	}
	pipeline, err := ops.PrepareFor(ctx, set.Result, v.Tensors, x, o)
	if err != nil {
		return r, v, err
	}
	r = Result[T]{Origins: v.Origins, Inexact: v.Inexact, Steps: pipeline.Steps(), Output: tensor.New[T](pipeline.Output...)}
	start := time.Now()
	err = pipeline.Run(ctx, r.Output, x)
	r.Elapsed = time.Since(start)
	r.Noise = operands.NoiseOf(set, v, x, r.Steps)
	return r, v, err
}

func (j Job) bands() bands.Job {
	return bands.Job{Set: j.Set, Source: j.Source, Options: j.Options, Map: j.Show}
}

// Banded reports whether the job can be done in bands: it filters a picture into a picture.
func (j Job) Banded() bool { return j.bands().Fits() }

// InBands filters the picture into w as PNG without ever holding the result.
func InBands[T tensor.Float](ctx context.Context, j Job, w io.Writer) (Result[T], error) {
	b, err := bands.Run[T](ctx, j.bands(), w)
	if err != nil {
		return Result[T]{}, err
	}
	return Result[T]{Steps: []ops.Step{b.Step}, Elapsed: b.Elapsed, Origins: j.Set.Made(), Shown: b.Mapped.String()}, nil
}

// Algorithms names how the stages that have weights were computed: "winograd", or "depthwise: direct, pointwise: gemm".
func (r Result[T]) Algorithms() string {
	var parts []string
	for _, s := range r.Steps {
		parts = append(parts, strings.Join(s.Stages, "+")+" "+s.Algorithm)
	}
	if len(parts) == 1 {
		return r.Steps[0].Algorithm
	}
	return lang.List(parts)
}
