package bench

import (
	"context"
	"time"

	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/memory"
	"convx/internal/ops"
	"convx/internal/report"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// Options say how layers are computed and how long each is timed.
type Options struct {
	ops.Options
	Seed    uint64
	MinTime time.Duration
	Float64 bool
}

// Result is what one layer took.
type Result struct {
	Entry
	Cost      flops.Total
	Algorithm string // the algorithm, or the different ones of a chain's stages joined by +; of all steps where these would not tell results apart
	Steps     []ops.Step
	Auto      bool  // the automatic choice among several
	Bytes     int64 // moved: weights and activations once, in the element type of the run
	Timing
}

// GFLOPS is the rate at the median time, counting the layer's FLOPs by the definition: an algorithm that needs fewer
// (Winograd) can be above the machine's peak.
func (r Result) GFLOPS() float64 { return float64(r.Cost.FLOPs) / r.Median.Seconds() / 1e9 }

// Prepared is a layer that is ready to be timed, again and again: layers that are compared are timed in turns, so that a
// slow spell of the machine meets them all.
type Prepared struct {
	Result
	run     func(context.Context) error
	samples samples
}

// Prepare packs a layer's random operands and fills its input. Errors are *layer.Error where the layer cannot be or the
// algorithm declines it.
func Prepare(e Entry, o Options) (*Prepared, error) {
	s, err := shape.Of(e.Layer)
	if err != nil {
		return nil, err
	}
	if o.Float64 {
		return prepare[float64](e, s, o)
	}
	return prepare[float32](e, s, o)
}

// Time runs the layer for at least this long and adds to its timing. The error is ctx's.
func (p *Prepared) Time(ctx context.Context, atLeast time.Duration) (err error) {
	if err = p.samples.take(ctx, atLeast, p.run); err == nil {
		p.Timing = p.samples.timing()
	}
	return err
}

// Layer prepares a layer and times it.
func Layer(ctx context.Context, e Entry, o Options) (Result, error) {
	p, err := Prepare(e, o)
	if err != nil {
		return Result{}, err
	}
	err = p.Time(ctx, o.MinTime)
	return p.Result, err
}

func prepare[T tensor.Float](e Entry, s shape.Result, o Options) (*Prepared, error) {
	if err := checkMemory[T](s, o); err != nil {
		return nil, err
	}
	count, err := flops.Of(s)
	if err != nil {
		return nil, err
	}
	r := Result{Entry: e, Cost: count.Total, Bytes: count.Total.WeightBytes + count.Total.ActivationBytes}
	if o.Float64 {
		r.Bytes *= 2
	}
	operands := map[string]*tensor.Tensor[T]{}
	if _, err := ops.FillOperands(s, operands, o.Seed); err != nil {
		return nil, err
	}
	p, err := ops.PrepareLayer(s, operands, o.Options)
	if err != nil {
		return nil, err
	}
	r.Steps = p.Steps()
	r.Algorithm = algorithmOf(r.Steps, e.Layer)
	x, out := tensor.New[T](p.Input...), tensor.New[T](p.Output...)
	tensor.FillUniform(x, tensor.NewStream(o.Seed, layer.Input), 1) // never zeros: some engines skip them
	settle()
	return &Prepared{Result: r, run: func(ctx context.Context) error { return p.Run(ctx, out, x) }}, nil
}

// checkMemory refuses a layer whose tensors would not fit in the memory that is free.
func checkMemory[T tensor.Float](s shape.Result, o Options) error {
	m, err := ops.EstimateMemory[T](s, o.Options)
	if err != nil {
		return err
	}
	if free, fits := memory.Fits(m.Total()); !fits {
		return lang.Errorf("it needs about %s of memory and %s is free: take a smaller input or fewer channels",
			report.Bytes(m.Total()), report.Bytes(free))
	}
	return nil
}
