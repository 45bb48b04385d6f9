package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/ops"
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
	Algorithm string // the algorithm, or the different ones of a chain's stages joined by +
	Steps     []ops.Step
	Bytes     int // moved: weights and activations once, in the element type of the run
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
	if err := checkMemory(e, o); err != nil {
		return nil, err
	}
	if o.Float64 {
		return prepare[float64](e, o)
	}
	return prepare[float32](e, o)
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

func prepare[T tensor.Float](e Entry, o Options) (*Prepared, error) {
	s, err := shape.Of(e.Layer)
	if err != nil {
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
	if _, err := ops.FillOperands(e.Layer, operands, o.Seed); err != nil {
		return nil, err
	}
	p, err := ops.PrepareLayer(e.Layer, operands, o.Options)
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

// algorithmOf names the algorithms of the stages that multiply; if none does, those of all stages.
func algorithmOf(steps []ops.Step, l layer.Layer) string {
	heavy := []layer.Kind{layer.KindConv, layer.KindTransposed, layer.KindDeformable}
	var main, all []string
	for _, st := range steps {
		if !slices.Contains(all, st.Algorithm) {
			all = append(all, st.Algorithm)
		}
		multiplies := slices.ContainsFunc(l.Stages, func(s layer.Stage) bool {
			return slices.Contains(st.Stages, s.Name) && slices.Contains(heavy, s.Op.Kind())
		})
		if multiplies && !slices.Contains(main, st.Algorithm) {
			main = append(main, st.Algorithm)
		}
	}
	if len(main) > 0 {
		return strings.Join(main, "+")
	}
	return strings.Join(all, "+")
}

// checkMemory refuses a layer whose tensors would not fit in the memory that is free.
func checkMemory(e Entry, o Options) error {
	estimate := ops.EstimateMemory[float32]
	if o.Float64 {
		estimate = ops.EstimateMemory[float64]
	}
	m, err := estimate(e.Layer, o.Options)
	if err != nil {
		return err
	}
	if free, known := ops.AvailableMemory(); known && m.Total() > free {
		return fmt.Errorf("timing %s needs %.3g GB of memory, and %.3g GB are free", e.Name, float64(m.Total())/1e9, float64(free)/1e9)
	}
	return nil
}

// Algorithms times a layer with every algorithm that takes it, in the order of the list. Those that decline are left out.
func Algorithms(ctx context.Context, e Entry, o Options) ([]Result, error) {
	var out []Result
	for _, name := range ops.Algorithms() {
		o.Algorithm = name
		r, err := Layer(ctx, e, o)
		if _, declined := errors.AsType[*layer.Error](err); declined {
			continue
		}
		if err != nil {
			return out, err
		}
		out = append(out, r)
	}
	return out, nil
}
