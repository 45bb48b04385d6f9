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

// Layer prepares a layer on random operands and times its runs alone. Errors are *layer.Error where the layer cannot be
// or the algorithm declines it, or ctx's.
func Layer(ctx context.Context, e Entry, o Options) (Result, error) {
	if err := checkMemory(e, o); err != nil {
		return Result{}, err
	}
	if o.Float64 {
		return timeLayer[float64](ctx, e, o)
	}
	return timeLayer[float32](ctx, e, o)
}

func timeLayer[T tensor.Float](ctx context.Context, e Entry, o Options) (Result, error) {
	r := Result{Entry: e}
	s, err := shape.Of(e.Layer)
	if err != nil {
		return r, err
	}
	count, err := flops.Of(s)
	if err != nil {
		return r, err
	}
	r.Cost = count.Total
	r.Bytes = r.Cost.WeightBytes + r.Cost.ActivationBytes
	if o.Float64 {
		r.Bytes *= 2
	}
	operands := map[string]*tensor.Tensor[T]{}
	if _, err := ops.FillOperands(e.Layer, operands, o.Seed); err != nil {
		return r, err
	}
	p, err := ops.PrepareLayer(e.Layer, operands, o.Options)
	if err != nil {
		return r, err
	}
	r.Steps = p.Steps()
	r.Algorithm = algorithmOf(r.Steps, e.Layer)
	x, out := tensor.New[T](p.Input...), tensor.New[T](p.Output...)
	tensor.FillUniform(x, tensor.NewStream(o.Seed, layer.Input), 1) // never zeros: some engines skip them
	r.Timing, err = Measure(ctx, o.MinTime, func(ctx context.Context) error { return p.Run(ctx, out, x) })
	return r, err
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
