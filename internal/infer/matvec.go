package infer

import (
	"context"

	"convx/internal/lang"
	"convx/internal/ops/kernel"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// matvec is y = w x + bias for the few rows of a classifier's input: each weight is read once, where it lies, and a product of
// tiles would leave most of them empty.
type matvec struct {
	k, n    int
	w, bias []float32 // n x k, and n or nil
	isa     kernel.ISA
	pool    *workers.Pool
	threads int
	x, y    []float32
	finish  *chain
	shape   [2]int
}

const (
	mostVectors = 4  // rows of x up to which it is quicker than tiles
	vectorRows  = 16 // outputs to an item
)

// planMatvec gives a Gemm of few rows its step, w being n x k; nil where it is another.
func (net *Network) planMatvec(n *node, w *tensor.Array) (step, error) {
	in := net.values[n.in[0]].shape
	if len(in) != 2 || in[0] > mostVectors || in[1] != w.Shape[1] {
		return nil, nil
	}
	p := &matmul{n: w.Shape[0]}
	if ok, err := p.takeBias(net, n.input(2)); err != nil || !ok {
		return nil, err
	}
	return &matvec{
		k: w.Shape[1], n: w.Shape[0], w: tensor.Data[float32](w), bias: p.bias,
		isa: kernel.Best(), pool: net.opsOptions.Workers(), threads: net.options.threads(),
	}, nil
}

func (p *matvec) run(ctx context.Context, net *Network, n *node) error {
	x := net.get(n.in[0])
	if x.Elem != tensor.Float32 || len(x.Shape) != 2 || x.Shape[1] != p.k {
		return lang.Errorf("%v does not go with %d x %d weights", x, p.k, p.n)
	}
	p.shape = [2]int{x.Shape[0], p.n}
	y, err := net.output(n.out[0], tensor.Float32, p.shape[:])
	if err != nil {
		return err
	}
	p.x, p.y, p.finish = tensor.Data[float32](x), tensor.Data[float32](y), n.finish
	if err := n.bindFinish(net, p.y); err != nil {
		return err
	}
	threads := 1
	if p.k*p.n > 1<<16 {
		threads = p.threads
	}
	if err := p.pool.RunOn(ctx, threads, p); err != nil {
		return err
	}
	p.x, p.y = nil, nil
	net.set(n.out[0], y)
	return n.runFinish(ctx, true)
}

// Work implements workers.Job: an item is some outputs of every row.
func (p *matvec) Work(m *workers.Worker) {
	rows, items := len(p.x)/p.k, (p.n+vectorRows-1)/vectorRows
	for i := m.Next(items); i >= 0; i = m.Next(items) {
		from, to := i*vectorRows, min(p.n, (i+1)*vectorRows)
		for o := from; o < to; o++ {
			w := p.w[o*p.k:][:p.k]
			for r := range rows {
				v := p.isa.Dot(w, p.x[r*p.k:][:p.k])
				if p.bias != nil {
					v += p.bias[o]
				}
				p.y[r*p.n+o] = v
			}
		}
		if p.finish != nil {
			for r := range rows {
				p.finish.Finish(r*p.n+from, r*p.n+to)
			}
		}
	}
}

func (p *matvec) bytes() (workspace, packed int) { return 0, 4 * (len(p.w) + len(p.bias)) }
