package compare

import (
	"context"
	"fmt"
	"slices"
	"time"

	"convx/internal/bench"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/tensor"
)

// rounds are how many turns each row is timed in.
const rounds = 5

// Time times every row on random data, in turns. at is told what the work is at.
func (c *Comparison) Time(ctx context.Context, o bench.Options, at func(string)) error {
	ready := make([]*bench.Prepared, len(c.Rows))
	for i, r := range c.Rows {
		var err error
		at("preparing " + r.Label)
		if ready[i], err = bench.Prepare(bench.Entry{Name: r.Label, Layer: r.Layer}, o); err != nil {
			return fmt.Errorf("%s: %w", r.Label, err)
		}
	}
	for round := range rounds {
		for i, r := range ready {
			at(fmt.Sprintf("timing %s, round %d of %d", r.Name, round+1, rounds))
			if err := r.Time(ctx, o.MinTime/time.Duration(rounds)); err != nil {
				return err
			}
			c.Rows[i].Timing = &r.Result
		}
	}
	return nil
}

// Noisy reports whether a row's time differs from the baseline's by no more than the spreads of both.
func (c *Comparison) Noisy(i int) bool {
	a, b := c.Rows[i].Timing, c.Rows[c.Baseline].Timing
	return i != c.Baseline && (a.Median-b.Median).Abs() <= a.Spread+b.Spread
}

// RunOn computes every row on the input, with seeded weights, and compares outputs of equal shape with the baseline's.
func (c *Comparison) RunOn(ctx context.Context, src *operands.Source, o bench.Options, at func(string)) error {
	at("reading")
	x, _, err := operands.Read[float32](src)
	if err != nil {
		return err
	}
	c.Given = x
	for i := range c.Rows {
		r := &c.Rows[i]
		at("computing " + r.Label)
		if r.Computed, err = compute(ctx, r.Settled, x, o); err != nil {
			return fmt.Errorf("%s: %w", r.Label, err)
		}
	}
	base := c.Rows[c.Baseline].Computed
	for i := range c.Rows {
		r := &c.Rows[i]
		if i == c.Baseline || !slices.Equal(r.Computed.Shape, base.Shape) {
			continue
		}
		r.Deviation = Deviate(r.Computed.Data, base.Data)
		if n := r.Deviation.LeftOut; n > 0 {
			c.Notes = append(c.Notes, fmt.Sprintf("%s: %d of %d values are NaN or infinite, here or in the baseline's output: the differences leave them out", r.Label, n, len(base.Data)))
		}
	}
	return nil
}

func compute(ctx context.Context, s *operands.Settled, x *tensor.Tensor[float32], o bench.Options) (*tensor.Tensor[float32], error) {
	v, err := operands.Load[float32](s, o.Seed)
	if err != nil {
		return nil, err
	}
	plan, err := ops.PrepareShaped(s.Result, v.Tensors, o.Options)
	if err != nil {
		return nil, err
	}
	out := tensor.New[float32](plan.Output...)
	return out, plan.Run(ctx, out, x)
}
