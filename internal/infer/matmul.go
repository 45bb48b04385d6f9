package infer

import (
	"context"
	"slices"

	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/ops/array"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// matmul is y = x w + bias, where w is known: its columns are packed once into panels that the kernels read in order.
type matmul struct {
	k, n   int
	packed []float32 // panels of k x cols, zeros where there are fewer columns
	bias   []float32 // of n, or nil

	rows, cols int // of a tile
	isa        kernel.ISA
	pool       *workers.Pool
	threads    int
	space      [][]float32 // packed rows, for each thread
	m          int
	x, y       []float32
	finish     *chain

	outputHeader []int
}

const (
	matmulDepth  = 256 // rows of w that are multiplied at once: a panel stays in the first cache
	matmulHeight = 8   // tiles of rows to an item: what was packed of x stays in the second
)

// planMatmul gives a product with a known right operand its step; nil where it is another.
func (net *Network) planMatmul(n *node) (step, error) {
	if !n.is("MatMul", "Gemm") || !net.isConstant(n.input(1)) || net.elem(n.in[0]) != tensor.Float32 {
		return nil, nil
	}
	w, err := net.constant(n.in[1])
	if err != nil || w.Elem != tensor.Float32 || len(w.Shape) != 2 || w.Len() == 0 {
		return nil, err
	}
	p := &matmul{k: w.Shape[0], n: w.Shape[1], isa: kernel.Best(), pool: net.opsOptions.Workers(), threads: net.options.threads()}
	across := false
	if n.is("Gemm") {
		if n.intOr("transA", 0) != 0 || n.floatOr("alpha", 1) != 1 || n.floatOr("beta", 1) != 1 {
			return nil, nil
		}
		if across = n.intOr("transB", 0) != 0; across {
			p.k, p.n = p.n, p.k
			if s, err := net.planMatvec(n, w); s != nil || err != nil {
				return s, err
			}
		}
		if ok, err := p.takeBias(net, n.input(2)); err != nil || !ok {
			return nil, err
		}
	}
	p.rows, p.cols = p.isa.GemmTile()
	p.pack(tensor.Data[float32](w), across)
	for range p.threads {
		p.space = append(p.space, problem.Aligned(matmulHeight*p.rows*min(p.k, matmulDepth)))
	}
	return p, nil
}

// takeBias reads what Gemm adds: a row of n numbers, or one.
func (p *matmul) takeBias(net *Network, v int) (bool, error) {
	if v == network.None {
		return true, nil
	}
	if !net.isConstant(v) {
		return false, nil
	}
	b, err := net.constant(v)
	if err != nil || b.Elem != tensor.Float32 {
		return false, err
	}
	last := len(b.Shape) == 0 || b.Shape[len(b.Shape)-1] == b.Len()
	data := tensor.Data[float32](b)
	switch {
	case len(data) == p.n && last:
		p.bias = slices.Clone(data)
	case len(data) == 1:
		p.bias = make([]float32, p.n)
		for i := range p.bias {
			p.bias[i] = data[0]
		}
	default:
		return false, nil
	}
	return true, nil
}

// pack lays w out by panels. Across says that w is stored as n x k.
func (p *matmul) pack(w []float32, across bool) {
	panels := (p.n + p.cols - 1) / p.cols
	p.packed = problem.Aligned(panels * p.k * p.cols)
	for panel := range panels {
		to := p.packed[panel*p.k*p.cols:]
		first := panel * p.cols
		wide := min(p.cols, p.n-first)
		for i := range p.k {
			row := to[i*p.cols:][:wide]
			if !across {
				copy(row, w[i*p.n+first:])
				continue
			}
			for j := range row {
				row[j] = w[(first+j)*p.k+i]
			}
		}
	}
}

func (p *matmul) copies() bool { return true }

func (p *matmul) run(ctx context.Context, net *Network, n *node) error {
	x := net.get(n.in[0])
	rank := len(x.Shape)
	if x.Elem != tensor.Float32 || rank < 1 || x.Shape[rank-1] != p.k || n.is("Gemm") && rank != 2 {
		return lang.Errorf("%v does not go with %d x %d weights", x, p.k, p.n)
	}
	p.outputHeader = append(append(p.outputHeader[:0], x.Shape[:rank-1]...), p.n)
	y, err := net.output(n.out[0], tensor.Float32, p.outputHeader)
	if err != nil {
		return err
	}
	p.x, p.y, p.m = tensor.Data[float32](x), tensor.Data[float32](y), len(tensor.Data[float32](x))/p.k
	threads := 1
	if p.m*p.k*p.n > 1<<18 {
		threads = p.threads
	}
	if err := n.bindFinish(net, p.y); err != nil {
		return err
	}
	p.finish = n.finish
	err = p.pool.RunOn(ctx, threads, p)
	p.x, p.y = nil, nil
	if err == nil {
		err = n.runFinish(ctx, true)
	}
	net.set(n.out[0], y)
	return err
}

// Work implements workers.Job: an item is some tiles of rows, by as many panels as make the items enough for all threads.
func (p *matmul) Work(m *workers.Worker) {
	high := matmulHeight * p.rows
	groups := (p.m + high - 1) / high
	panels := (p.n + p.cols - 1) / p.cols
	parts := 1
	if p.threads > 1 && groups > 0 && groups < 4*p.threads {
		parts = min(panels, (4*p.threads+groups-1)/groups)
	}
	for i := m.Next(groups * parts); i >= 0; i = m.Next(groups * parts) {
		part := i % parts
		p.group(p.space[m.ID], i/parts*high, panels*part/parts, panels*(part+1)/parts)
	}
}

// group multiplies some rows by the panels from..to.
func (p *matmul) group(space []float32, row, from, to int) {
	high := min(matmulHeight*p.rows, p.m-row)
	for deep := 0; deep < p.k; deep += matmulDepth {
		depth := min(matmulDepth, p.k-deep)
		for r := 0; r < high; r += p.rows {
			array.PackRows(p.isa, space[r*depth:], p.x[(row+r)*p.k+deep:], p.k, min(p.rows, high-r), depth, p.rows)
		}
		for panel := from; panel < to; panel++ {
			b := p.packed[(panel*p.k+deep)*p.cols:][:depth*p.cols]
			wide := min(p.cols, p.n-panel*p.cols)
			for r := 0; r < high; r += p.rows {
				c := p.y[(row+r)*p.n+panel*p.cols:]
				tall := min(p.rows, high-r)
				if deep == 0 && p.bias != nil {
					for i := range tall {
						copy(c[i*p.n:][:wide], p.bias[panel*p.cols:])
					}
				}
				p.isa.Gemm(c, p.n, space[r*depth:][:depth*p.rows], b, p.cols, depth, tall, wide, nil, noLow, noHigh, deep > 0 || p.bias != nil)
			}
		}
	}
	if p.finish != nil {
		first, last := from*p.cols, min(p.n, to*p.cols)
		for r := row; r < row+high; r++ {
			p.finish.Finish(r*p.n+first, r*p.n+last)
		}
	}
}

// bytes are those of packed rows, and of panels.
func (p *matmul) bytes() (workspace, packed int) {
	for _, s := range p.space {
		workspace += 4 * len(s)
	}
	return workspace, 4 * (len(p.packed) + len(p.bias))
}
