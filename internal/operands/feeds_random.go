package operands

import (
	"math"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/memory"
	"convx/internal/network"
	"convx/internal/report"
	"convx/internal/tensor"
)

// feedRandom feeds numbers drawn from the seed.
func (r *Feeds) feedRandom(p *network.Program) error {
	for _, in := range p.Inputs {
		shape := p.Values[in.Value].Shape
		if shape == nil {
			return layer.Errorf("the input %q is not fed: --feed %[1]s=FILE", in.Name)
		}
		elem := in.Elem
		if elem == tensor.Invalid {
			elem = tensor.Float32
		}
		if err := fitsInput(in.Name, elem, shape); err != nil {
			return err
		}
		a, err := tensor.NewArray(elem, shape...)
		if err != nil {
			return err
		}
		a.FillUniform(tensor.NewStream(r.Seed, in.Name))
		r.Arrays[in.Name] = a
		r.Origins = append(r.Origins, lang.Sprintf("input %s: %v, uniform in [-1, 1), seed %d", in.Name, a, r.Seed))
	}
	return nil
}

// fitsInput refuses an input that there is no memory for.
func fitsInput(name string, elem tensor.Elem, shape []int) error {
	n, err := tensor.Size(shape)
	if err != nil {
		return err
	}
	if n > math.MaxInt/16 {
		return lang.Errorf("the input %q, %s: %w", name, layer.FormatShape(shape), tensor.ErrTooLarge)
	}
	if free, fits := memory.Fits(n * max(1, elem.Size())); !fits {
		return lang.Errorf("the input %q, %s, takes %s of memory, and %s can be had", name, layer.FormatShape(shape), report.Bytes(n*elem.Size()), report.Bytes(free))
	}
	return nil
}
