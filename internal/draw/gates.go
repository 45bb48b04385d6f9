package draw

import (
	"context"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/tensor"
)

// Data are what a figure's own numbers come from: a file, or what is drawn from the seed; and weights, likewise.
type Data struct {
	operands.Origin          // a picture or an array; the path "" draws the input, from the seed of the weights
	Weights         []string // as -w gives them
}

// Gates are the factors that squeeze-and-excitation multiplies the channels of a first sample by, and what they come from.
type Gates struct {
	Factors []float64
	Of      string
}

// Gated tells whether the figure of a variant has factors.
func Gated(variant string) bool { return figureOf(variant).nodes }

// mostGated bounds the elements of an input that is drawn from a seed for its factors.
const mostGated = 1 << 24

// Gates runs a layer up to its factors, as `convx run` does, and completes the spec by the data's shape.
func (d Data) Gates(ctx context.Context, s layer.Spec) (layer.Spec, *Gates, error) {
	files, err := operands.OpenFiles(d.Weights, tensor.Float32)
	if err != nil {
		return s, nil, err
	}
	defer files.Close()
	from := d.Origin
	from.As, from.Size, from.Dims, from.WeightDims = tensor.Float32, s.Input, s.Dims, layer.DimsOf(files.Shapes())
	src, err := operands.OpenSource(from)
	if err != nil {
		return s, nil, err
	}
	defer src.Close()
	s.Input, s.Dims = src.Shape, src.Dims
	set, err := operands.Settle(s, files, nil)
	if err != nil {
		return s, nil, err
	}
	x, _, err := operands.Read[float32](src)
	if err != nil {
		return s, nil, err
	}
	v, err := operands.Load[float32](set, d.Seed)
	if err != nil {
		return s, nil, err
	}
	f, err := ops.Factors(ctx, set.Result, v.Tensors, x, ops.Options{Threads: 1})
	if err != nil {
		return s, nil, err
	}
	input, weights := src.Name, lang.List(d.Weights)
	if d.Path == "" {
		input = lang.Sprintf("an input drawn from seed %d", d.Seed)
	}
	if weights == "" {
		weights = lang.Sprintf("weights drawn from seed %d", d.Seed)
	}
	return set.Layer.Spec, &Gates{f[:set.Output[1]], input + lang.Text(", ") + weights}, nil
}

// gated gives the figure of a layer with factors those of the layer that was asked for, on its data, or those of the small one in its
// place where no input was; none, where the input is too large to be drawn from a seed.
func (o *Options) gated(ctx context.Context, asked, small layer.Spec) (err error) {
	if o.Gates != nil || !Gated(asked.Variant) {
		return nil
	}
	if asked.Input == nil {
		asked = small
	}
	if n, err := layer.Product(asked.Input...); err != nil || n > mostGated {
		return nil
	}
	_, o.Gates, err = o.Data.Gates(ctx, asked)
	return err
}
