package compare

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"convx/internal/apply"
	"convx/internal/bench"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/memory"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/report"
	"convx/internal/tensor"
)

// rounds are how many turns each row is timed in.
const rounds = 5

// Time times every row on random data, in turns. at is told what the work is at.
func (c *Comparison) Time(ctx context.Context, o bench.Options, at func(string)) error {
	if err := c.fits(o, func(m ops.Memory) int { return m.Total() }); err != nil {
		return err
	}
	ready := make([]*bench.Prepared, len(c.Rows))
	for i, r := range c.Rows {
		var err error
		at(lang.Sprintf("preparing %s", r.Label))
		if ready[i], err = bench.Prepare(bench.Entry{Name: r.Label, Layer: r.Layer}, o); err != nil {
			return fmt.Errorf("%s: %w", r.Label, err)
		}
	}
	for round := range rounds {
		for i, r := range ready {
			at(lang.Sprintf("timing %s, round %d of %d", r.Name, round+1, rounds))
			if err := r.Time(ctx, o.MinTime/time.Duration(rounds)); err != nil {
				return err
			}
			c.Rows[i].Timing = &r.Result
		}
	}
	return nil
}

// fits refuses rows that together hold more memory than there is, before any of it is allocated: kept is what stays of each.
func (c *Comparison) fits(o bench.Options, kept func(ops.Memory) int) error {
	total, most := 0, 0
	for _, r := range c.Rows {
		m, err := ops.EstimateMemory[float32](r.Result, o.Options)
		if err != nil {
			return fmt.Errorf("%s: %w", r.Label, err)
		}
		if total, err = layer.Sum(total, kept(m)); err != nil {
			total = math.MaxInt
			break
		}
		most = max(most, m.Total()-kept(m))
	}
	need, err := layer.Sum(total, most)
	if err != nil {
		need = math.MaxInt
	}
	if free, ok := memory.Fits(need); !ok {
		return lang.Errorf("the layers need about %s of memory together and %s is free: compare fewer of them, or take a smaller input",
			report.Bytes(need), report.Bytes(free))
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
	if err := c.fits(o, func(m ops.Memory) int { return m.Output }); err != nil {
		return err
	}
	at(lang.Text("reading"))
	x, _, err := operands.Read[float32](src)
	if err != nil {
		return err
	}
	c.Given = x
	for i := range c.Rows {
		r := &c.Rows[i]
		at(lang.Sprintf("computing %s", r.Label))
		if err = c.compute(ctx, r, x, o); err != nil {
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
			c.Notes = append(c.Notes, lang.Sprintf("%s: %d of %d values are NaN or infinite, here or in the baseline's output: the differences leave them out", r.Label, n, len(base.Data)))
		}
	}
	return nil
}

// compute runs a row by what suits the data: see ops.PrepareFor.
func (c *Comparison) compute(ctx context.Context, r *Row, x *tensor.Tensor[float32], o bench.Options) error {
	done, err := apply.On(ctx, r.Settled, x, o.Seed, o.Options)
	if err != nil {
		return err
	}
	for _, step := range done.Steps {
		if step.Data != "" {
			how := lang.Text("which keeps to the definition")
			if !step.Keeps {
				how = lang.Text("as asked, whose outputs near such data may be wrong")
			}
			c.Notes = append(c.Notes, lang.Sprintf("%s: %s by %s, %s: %s", r.Label, strings.Join(step.Stages, "+"), step.Algorithm, how, step.Data))
		}
	}
	r.Noise, r.Computed = done.Noise, done.Output
	return nil
}
