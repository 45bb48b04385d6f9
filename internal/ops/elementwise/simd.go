package elementwise

import (
	"math"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// The primitives whose work is mostly to move memory, a vector at a time.

var minusInf, plusInf = float32(math.Inf(-1)), float32(math.Inf(1))

func Scale(p *problem.Problem, _ problem.Operands[float32]) (problem.Runner[float32], error) {
	plane, isa := p.Plane(), kernel.Best()
	return problem.NewParts(p, p.Output[0]*p.Channels(), 1, func(out []float32, in [][]float32, from, to int) {
		for i := from; i < to; i++ {
			isa.Affine(out[i*plane:][:plane], in[0][i*plane:][:plane], in[1][i], 0, minusInf, plusInf)
		}
	}), nil
}

func Add(p *problem.Problem, _ problem.Operands[float32]) (problem.Runner[float32], error) {
	isa := kernel.Best()
	return problem.NewParts(p, p.Elements(), float64(len(p.Inputs)), func(out []float32, in [][]float32, from, to int) {
		y, x := out[from:to], in[0][from:to]
		if len(in) == 1 {
			copy(y, x)
		}
		for _, z := range in[1:] {
			isa.Blend(y, x, z[from:to], 1, 1, minusInf, plusInf)
			x = y
		}
	}), nil
}

// GlobalPool is the average of whole planes. A plane is read faster than it is fetched from another processor's cache: even few are
// shared, so that each worker reads those that it has written.
func GlobalPool(p *problem.Problem, _ problem.Operands[float32]) (problem.Runner[float32], error) {
	plane, isa := p.InPlane(), kernel.Best()
	return problem.NewParts(p, p.Elements(), float64(plane), func(out []float32, in [][]float32, from, to int) {
		for i := from; i < to; i++ {
			out[i] = float32(float64(isa.Sum(in[0][i*plane:][:plane])) / float64(plane))
		}
	}), nil
}

func GlobalPoolAccepts(p *problem.Problem) error {
	if op := p.Stage.Op.(layer.Pool); !op.Global || op.Func != layer.AveragePool {
		return lang.Errorf("it needs a global average pool")
	}
	return nil
}

// GlobalPoolCost estimates the nanoseconds of a read of the input.
func GlobalPoolCost(p *problem.Problem) float64 { return float64(p.InputSize()) * 0.1 }

// Linear takes a dot product for each output: a batch of one reads every weight once, whatever the order.
func Linear(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	l := linearLayer{problem.Volume(p.Inputs[0][1:]), p.Stage.Op.(layer.Linear).Out, w, minusInf, plusInf}
	isa := kernel.Best()
	return problem.NewParts(p, p.Elements(), float64(l.in)/8, func(out []float32, in [][]float32, from, to int) {
		for i := from; i < to; i++ {
			n, o := i/l.out, i%l.out
			out[i] = l.at(isa, o, in[0][n*l.in:][:l.in])
		}
	}), nil
}

func LinearAccepts(p *problem.Problem) error {
	if p.Inputs[0][0] > 4 {
		return lang.Errorf("it reads the weights again for each of more than 4 samples")
	}
	return nil
}

// activation computes y = f(x); y may be x.
type activation = func(isa kernel.ISA, y, x []float32)

// activations are functions whose rational parts round twice, the logistic ones as kernel.Logistic.
var activations = map[string]activation{
	"identity": func(_ kernel.ISA, y, x []float32) { copy(y, x) },
	"relu":     func(l kernel.ISA, y, x []float32) { l.Affine(y, x, 1, 0, 0, plusInf) },
	"relu6":    func(l kernel.ISA, y, x []float32) { l.Affine(y, x, 1, 0, 0, 6) },
	"sigmoid":  func(l kernel.ISA, y, x []float32) { l.Logistic(y, x) },
	"swish":    func(l kernel.ISA, y, x []float32) { l.Swish(y, x) },
	"silu":     func(l kernel.ISA, y, x []float32) { l.Swish(y, x) },
	"hard-sigmoid": func(l kernel.ISA, y, x []float32) {
		l.Affine(y, x, 1./6, 0.5, 0, 1)
	},
	"hard-swish": func(l kernel.ISA, y, x []float32) { l.HardSwish(y, x) },
}

// ActivationInPlace is the function of an activation, on data that it overwrites; nil for one that ActivationAccepts does not take.
func ActivationInPlace(a layer.Activation) func(y []float32) {
	f, isa := activations[a.Func], kernel.Best()
	if f == nil {
		return nil
	}
	return func(y []float32) { f(isa, y, y) }
}

// ActivationTolerance bounds what kernel.Logistic and a factor of 1/6 round, relative to the largest result.
const ActivationTolerance = 0x1p-20

func ActivationAccepts(p *problem.Problem) error {
	if name := p.Stage.Op.(layer.Activation).Func; activations[name] == nil {
		return lang.Errorf("it does not compute %s", name)
	}
	return nil
}

func Activation(p *problem.Problem, _ problem.Operands[float32]) (problem.Runner[float32], error) {
	f, isa := activations[p.Stage.Op.(layer.Activation).Func], kernel.Best()
	return problem.NewParts(p, p.Elements(), 4, func(out []float32, in [][]float32, from, to int) {
		f(isa, out[from:to], in[0][from:to])
	}), nil
}
