package cli

import (
	"context"
	"fmt"
	"math"
	"slices"

	"convx/internal/bench"
	"convx/internal/layer"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/picture"
	"convx/internal/report"
	"convx/internal/tensor"
	"convx/internal/theory"
)

// comparison is everything that compare found out.
type comparison struct {
	input    []int
	baseline int
	rows     []comparedRow
	notes    []string
	timed    bool
	threads  int
	source   string // what the input was, if there was one
	given    *tensor.Tensor[float32]
}

// comparedRow is a row with what was predicted and measured.
type comparedRow struct {
	compareRow
	theory    *theory.Ratio
	timing    *bench.Result
	deviation *deviation
	output    *tensor.Tensor[float32]
}

// deviation is how far an output is from the baseline's.
type deviation struct {
	Max  float64  `json:"max"`
	Mean float64  `json:"mean"`
	PSNR *float64 `json:"psnr"` // null where the outputs are equal
	// LeftOut are the values that are not finite in one of the outputs: differences are of the rest.
	LeftOut int `json:"left_out"`
}

func runCompare(ctx context.Context, o compareOptions) error {
	if len(o.net.names) > 0 {
		return runCompareNets(o)
	}
	var src *operands.Source
	var size []int
	if o.input != "" {
		var err error
		if src, err = o.openInput(); err != nil {
			return err
		}
		defer src.Close()
		size = src.Shape
	}
	rows, notes, err := o.rows(size)
	if err != nil {
		return err
	}
	c := comparison{notes: notes, timed: !o.noTime, input: rows[0].Input}
	if c.baseline, err = findBaseline(rows, o.baseline); err != nil {
		return err
	}
	for _, r := range rows {
		c.rows = append(c.rows, comparedRow{compareRow: r, theory: predict(r, rows[c.baseline])})
	}
	err = attend(ctx, o.Streams, func(p *progress) error {
		if src != nil {
			c.source = src.Label
			if err := o.runOn(ctx, src, &c, p); err != nil {
				return err
			}
		}
		return o.measure(ctx, &c, p)
	})
	if err != nil {
		return err
	}
	if err := o.draw(ctx, c); err != nil {
		return err
	}
	return report.Write(o.Out, o.format, compareDocument(c))
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
		Path: o.input, Stdin: o.In, Color: color, MaxPixels: o.maxPixels, As: tensor.Float32, Seed: o.seed, Dims: spec.Dims, Size: spec.Input,
	})
}

// predict is the theory of a row; variants without a kernel are compared with the baseline's.
func predict(r, baseline compareRow) *theory.Ratio {
	kernel := baseline.Layer.Kernel
	if v, _ := layer.VariantNamed(baseline.Layer.Variant); len(kernel) == 0 || v.Fixes("kernel") {
		kernel = slices.Repeat([]int{3}, r.Layer.Dims)
	}
	t, ok := theory.Of(r.Layer, kernel)
	if !ok {
		return nil
	}
	return &t
}

// measure times every row.
func (o *compareOptions) measure(ctx context.Context, c *comparison, p *progress) error {
	opt := o.bench(o.minTime)
	c.threads = opt.Threads
	if o.noTime {
		return nil
	}
	ready := make([]*bench.Prepared, len(c.rows))
	for i, r := range c.rows {
		var err error
		p.stage("preparing " + r.label)
		if ready[i], err = bench.Prepare(bench.Entry{Name: r.label, Layer: r.Layer}, opt); err != nil {
			return fmt.Errorf("%s: %w", r.label, err)
		}
	}
	for round := range rounds {
		for i, r := range ready {
			p.stage(fmt.Sprintf("timing %s, round %d of %d", r.Name, round+1, rounds))
			if err := r.Time(ctx, o.minTime/rounds); err != nil {
				return err
			}
			c.rows[i].timing = &r.Result
		}
	}
	return nil
}

// rounds are how many turns each row is timed in.
const rounds = 5

// runOn computes every row on the input and compares outputs of equal shape with the baseline's.
func (o *compareOptions) runOn(ctx context.Context, src *operands.Source, c *comparison, p *progress) error {
	p.stage("reading")
	x, _, err := operands.Read[float32](src)
	if err != nil {
		return err
	}
	c.given = x
	for i := range c.rows {
		r := &c.rows[i]
		p.stage("computing " + r.label)
		if r.output, err = computeOn(ctx, r.compareRow, x, o.bench(o.minTime)); err != nil {
			return fmt.Errorf("%s: %w", r.label, err)
		}
	}
	base := c.rows[c.baseline].output
	for i := range c.rows {
		if r := &c.rows[i]; i != c.baseline && slices.Equal(r.output.Shape, base.Shape) {
			r.deviation = deviate(r.output.Data, base.Data)
			if n := r.deviation.LeftOut; n > 0 {
				c.notes = append(c.notes, fmt.Sprintf("%s: %d of %d values are NaN or infinite, here or in the baseline's output: the differences leave them out", r.label, n, len(base.Data)))
			}
		}
	}
	return nil
}

func computeOn(ctx context.Context, r compareRow, x *tensor.Tensor[float32], opt bench.Options) (*tensor.Tensor[float32], error) {
	v, err := operands.Load[float32](r.Settled, opt.Seed)
	if err != nil {
		return nil, err
	}
	plan, err := ops.PrepareLayer(r.Layer, v.Tensors, opt.Options)
	if err != nil {
		return nil, err
	}
	out := tensor.New[float32](plan.Output...)
	return out, plan.Run(ctx, out, x)
}

// deviate compares two outputs. PSNR is 10 log10(range^2 / mean square difference), with the baseline's range.
func deviate(got, base []float32) *deviation {
	var d deviation
	low, high := math.Inf(1), math.Inf(-1)
	square := 0.0
	for i, b := range base {
		if got[i]-got[i] != 0 || b-b != 0 {
			d.LeftOut++
			continue
		}
		diff := math.Abs(float64(got[i]) - float64(b))
		d.Max = max(d.Max, diff)
		d.Mean += diff
		square += diff * diff
		low, high = min(low, float64(b)), max(high, float64(b))
	}
	n := float64(max(1, len(base)-d.LeftOut))
	d.Mean /= n
	square /= n
	if psnr := 10 * math.Log10((high-low)*(high-low)/square); !math.IsInf(psnr, 0) && !math.IsNaN(psnr) {
		d.PSNR = &psnr
	}
	return &d
}
