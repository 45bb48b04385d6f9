package elementwise

import (
	"context"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// squeeze is squeeze-and-excitation (Hu et al. 2018) in two passes over the input: the planes' sums, then their
// products with the factors that two small linear layers make of the means. The second pass goes backwards, so that it
// begins with the planes that the first left in the caches.
type squeeze struct {
	isa         kernel.ISA
	batch, c    int
	plane       int
	hidden      linearLayer
	factors     linearLayer
	between     activation // an activation after the first linear layer, or nil
	after       activation
	means, mids []float32
	scales      []float32
	sums        []float32 // before an activation
	chunk       int       // planes an item
	pool        *workers.Pool
	threads     int

	out, in []float32
}

// linearLayer is a matrix of out rows of in weights, and the range that its results are kept within.
type linearLayer struct {
	in, out int
	problem.Operands[float32]
	lo, hi float32
}

// SqueezeAccepts takes a global average pool, linear, perhaps an activation, linear, activation, scale.
func SqueezeAccepts(c *problem.Chain) (int, error) {
	kinds := []layer.Kind{layer.KindPool, layer.KindLinear, layer.KindLinear, layer.KindActivation, layer.KindScale}
	from := [][]int{{-1}, {0}, {1}, {2}, {-1, 3}}
	if len(c.Problems) > 2 && c.Problems[2].Stage.Op.Kind() == layer.KindActivation {
		kinds = slices.Insert(kinds, 2, layer.KindActivation)
		from = [][]int{{-1}, {0}, {1}, {2}, {3}, {-1, 4}}
	}
	for i, k := range kinds {
		if i >= len(c.Problems) || c.Problems[i].Stage.Op.Kind() != k || !slices.Equal(c.From[i], from[i]) {
			return 0, lang.Errorf("it computes a squeeze, an excitation and a scale")
		}
		if a, ok := c.Problems[i].Stage.Op.(layer.Activation); ok && activations[a.Func] == nil {
			return 0, lang.Errorf("it has no activation %s", a.Func)
		}
	}
	if op := c.Problems[0].Stage.Op.(layer.Pool); !op.Global || op.Func != layer.AveragePool {
		return 0, lang.Errorf("it squeezes by a global average")
	}
	return len(kinds), nil
}

func NewSqueeze(c *problem.Chain, w []problem.Operands[float32]) (problem.Runner[float32], error) {
	n := len(c.Problems)
	p := c.Problems[0]
	r := &squeeze{isa: kernel.Best(), batch: p.N, c: p.C, plane: p.InPlane(), threads: p.Threads, pool: p.WorkerPool()}
	linear := func(i int) linearLayer {
		p := c.Problems[i]
		return linearLayer{problem.Volume(p.Inputs[0][1:]), p.Stage.Op.(layer.Linear).Out, w[i], float32(p.Lo), float32(p.Hi)}
	}
	gate := func(i int) activation { return activations[c.Problems[i].Stage.Op.(layer.Activation).Func] }
	r.hidden, r.factors, r.after = linear(1), linear(n-3), gate(n-2)
	if n == 6 {
		r.between = gate(2)
	}
	r.means, r.mids, r.scales = make([]float32, r.batch*r.c), make([]float32, r.batch*r.hidden.out), make([]float32, r.batch*r.c)
	r.sums = make([]float32, max(len(r.mids), len(r.scales)))
	r.chunk = max(1, squeezePlanes/r.plane)
	if r.batch*(r.c*r.plane+r.hidden.in*r.hidden.out) < 4*squeezeWeights {
		r.threads = 1
	}
	return r, nil
}

// squeezePlanes is the elements of an item, squeezeWeights the weights of one: some microseconds at memory speed.
const (
	squeezePlanes  = 1 << 16
	squeezeWeights = 1 << 14
)

func (r *squeeze) Bytes() (workspace, packed int) {
	return 4 * (len(r.means) + len(r.mids) + len(r.scales) + len(r.sums)), 0
}

func (r *squeeze) Run(ctx context.Context, out []float32, in [][]float32) error {
	r.out, r.in = out, in[0]
	err := r.pool.RunOn(ctx, r.threads, r)
	r.out, r.in = nil, nil
	return err
}

// Work implements workers.Job: sums, two linear layers, products.
func (r *squeeze) Work(m *workers.Worker) {
	planes := r.batch * r.c
	n := (planes-1)/r.chunk + 1
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		for c := i * r.chunk; c < min(planes, (i+1)*r.chunk); c++ {
			r.means[c] = float32(float64(r.isa.Sum(r.in[c*r.plane:][:r.plane])) / float64(r.plane))
		}
	}
	r.hidden.apply(m, r.isa, r.mids, r.sums[:len(r.mids)], r.means, r.between)
	r.factors.apply(m, r.isa, r.scales, r.sums[:len(r.scales)], r.mids, r.after)
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		first := m.Mirror(i, n) * r.chunk
		for c := min(planes, first+r.chunk) - 1; c >= first; c-- {
			r.isa.Affine(r.out[c*r.plane:][:r.plane], r.in[c*r.plane:][:r.plane], r.scales[c], 0, minusInf, plusInf)
		}
	}
}

// apply computes the layer, and f of its results unless f is nil, for every sample: some outputs an item. sums is
// workspace as long as y.
func (l *linearLayer) apply(m *workers.Worker, isa kernel.ISA, y, sums, x []float32, f activation) {
	if f == nil {
		sums = y
	}
	chunk := max(1, squeezeWeights/l.in)
	n := (len(y)-1)/chunk + 1
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		from, to := i*chunk, min(len(y), (i+1)*chunk)
		for j := from; j < to; j++ {
			sums[j] = l.at(isa, j%l.out, x[j/l.out*l.in:][:l.in])
		}
		if f != nil {
			f(isa, y[from:to], sums[from:to])
		}
	}
}

// at is output o of the layer.
func (l *linearLayer) at(isa kernel.ISA, o int, x []float32) float32 {
	v := isa.Dot(l.Weight[o*l.in:][:l.in], x)
	if l.Bias != nil {
		v += l.Bias[o]
	}
	if v < l.lo {
		return l.lo
	}
	if v > l.hi {
		return l.hi
	}
	return v
}
