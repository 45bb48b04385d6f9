package gradient

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/tensor"
)

func addition(b *backward, in *network.Instruction, g []int) error {
	for _, v := range in.In {
		if b.depends(v) {
			b.add(v, b.fit(g[0], v))
		}
	}
	return nil
}

func mean(b *backward, in *network.Instruction, g []int) error {
	return addition(b, in, []int{b.mul(g[0], b.number(1/float64(len(in.In))))})
}

func subtraction(b *backward, in *network.Instruction, g []int) error {
	b.addFitted(in.In[0], func() int { return g[0] })
	b.addFitted(in.In[1], func() int { return b.mul(g[0], b.number(-1)) })
	return nil
}

func product(b *backward, in *network.Instruction, g []int) error {
	b.addFitted(in.In[0], func() int { return b.mul(g[0], in.In[1]) })
	b.addFitted(in.In[1], func() int { return b.mul(g[0], in.In[0]) })
	return nil
}

func quotient(b *backward, in *network.Instruction, g []int) error {
	b.addFitted(in.In[0], func() int { return b.div(g[0], in.In[1]) })
	b.addFitted(in.In[1], func() int { return b.mul(b.number(-1), b.div(b.mul(g[0], in.Out[0]), in.In[1])) })
	return nil
}

func power(b *backward, in *network.Instruction, g []int) error {
	x, p := in.In[0], in.In[1]
	if b.depends(p) {
		return unknown(lang.Text("its exponent depends on the input"))
	}
	b.addFitted(x, func() int {
		less := b.op("Pow", nil, b.shape(in.Out[0]), x, b.sub(p, b.number(1)))
		return b.mul(g[0], b.mul(p, less))
	})
	return nil
}

// where: of x and y only the one that was chosen matters.
func where(b *backward, in *network.Instruction, g []int) error {
	zero := b.number(0)
	b.addFitted(in.In[1], func() int { return b.where(in.In[0], g[0], zero, g[0]) })
	b.addFitted(in.In[2], func() int { return b.where(in.In[0], zero, g[0], g[0]) })
	return nil
}

func prelu(b *backward, in *network.Instruction, g []int) error {
	x, slope := in.In[0], in.In[1]
	if b.depends(slope) {
		return unknown(lang.Text("its slope depends on the input"))
	}
	b.add(x, b.mul(g[0], b.slope(x, slope)))
	return nil
}

// addFitted adds a gradient that is written only if v depends on the input, summed over the axes along which v was broadcast.
func (b *backward) addFitted(v int, write func() int) {
	if b.depends(v) {
		b.add(v, b.fit(write(), v))
	}
}

// extreme: of several values, element by element, the one that is the maximum or minimum matters.
func extreme(b *backward, in *network.Instruction, g []int) error {
	for _, v := range in.In {
		b.addFitted(v, func() int { return b.mul(g[0], b.mask("Equal", in.Out[0], v)) })
	}
	return nil
}

// extremeOf: of the elements along some axes those that are the maximum or minimum matter, and share it.
func extremeOf(b *backward, in *network.Instruction, g []int) error {
	kept, err := b.kept(in)
	if err != nil {
		return err
	}
	mask := b.mask("Equal", in.In[0], b.reshape(in.Out[0], kept))
	b.add(in.In[0], b.mul(mask, b.div(b.reshape(g[0], kept), b.fitTo(mask, kept))))
	return nil
}

// fitTo sums a value over the axes that have extent 1 in shape.
func (b *backward) fitTo(v int, shape []int) int {
	var axes []int
	for a, n := range b.shape(v) {
		if n > 1 && shape[a] == 1 {
			axes = append(axes, a)
		}
	}
	if len(axes) == 0 {
		return v
	}
	return b.sum(v, axes...)
}

// kept is the shape that the output of a reduction would have if it kept its axes.
func (b *backward) kept(in *network.Instruction) ([]int, error) {
	x, y := b.shape(in.In[0]), b.shape(in.Out[0])
	if len(x) == len(y) {
		return y, nil
	}
	axes, _ := in.Attributes["axes"].([]int64)
	if len(in.In) > 1 && in.In[1] != network.None {
		var err error
		if axes, err = b.read(in.In[1]); err != nil {
			return nil, err
		}
	}
	kept := slices.Clone(x)
	if len(axes) == 0 {
		for a := range kept {
			kept[a] = 1
		}
	}
	for _, a := range axes {
		kept[(int(a)+len(x))%len(x)] = 1
	}
	return kept, nil
}

// read is a list of whole numbers that the model holds.
func (b *backward) read(v int) ([]int64, error) {
	w := b.p.Values[v].Weight
	if w == nil || w.Elem != tensor.Int64 {
		return nil, unknown(lang.Text("its axes are computed"))
	}
	a, err := w.Read()
	if err != nil {
		return nil, err
	}
	return tensor.Data[int64](a), nil
}

func reduction(average bool) rule {
	return func(b *backward, in *network.Instruction, g []int) error {
		kept, err := b.kept(in)
		if err != nil {
			return err
		}
		x := in.In[0]
		back := b.reshape(g[0], kept)
		if average {
			back = b.mul(back, b.number(float64(elements(kept))/float64(elements(b.shape(x)))))
		}
		b.add(x, b.mul(b.ones(x), back))
		return nil
	}
}

// running: what came back to the sums that an element is in, which are the running sums from the other side.
func running(b *backward, in *network.Instruction, g []int) error {
	a := map[string]any{"exclusive": int64(whole(in, "exclusive", 0)), "reverse": int64(1 - whole(in, "reverse", 0))}
	b.add(in.In[0], b.op("CumSum", a, b.shape(in.In[0]), g[0], in.In[1]))
	return nil
}

func expand(b *backward, in *network.Instruction, g []int) error {
	b.add(in.In[0], b.fit(g[0], in.In[0]))
	return nil
}

// softmax of old versions runs over all axes from the one that is given on.
func (b *backward) softmaxAxes(in *network.Instruction) []int {
	rank := len(b.shape(in.Out[0]))
	if in.Version >= 13 {
		return []int{(whole(in, "axis", -1) + rank) % rank}
	}
	var axes []int
	for a := (whole(in, "axis", 1) + rank) % rank; a < rank; a++ {
		axes = append(axes, a)
	}
	return axes
}

func softmax(b *backward, in *network.Instruction, g []int) error {
	y := in.Out[0]
	b.add(in.In[0], b.mul(y, b.sub(g[0], b.sum(b.mul(g[0], y), b.softmaxAxes(in)...))))
	return nil
}

func logSoftmax(b *backward, in *network.Instruction, g []int) error {
	b.add(in.In[0], b.sub(g[0], b.mul(b.apply("Exp", nil, in.Out[0]), b.sum(g[0], b.softmaxAxes(in)...))))
	return nil
}

// matmul: a product of stacks of matrices, which broadcast.
func matmul(b *backward, in *network.Instruction, g []int) error {
	x, w := in.In[0], in.In[1]
	if len(b.shape(x)) < 2 || len(b.shape(w)) < 2 {
		return unknown(lang.Text("of vectors"))
	}
	b.addFitted(x, func() int { return b.times(g[0], b.turned(w)) })
	b.addFitted(w, func() int { return b.times(b.turned(x), g[0]) })
	return nil
}

// turned swaps the last two axes.
func (b *backward) turned(v int) int {
	shape := slices.Clone(b.shape(v))
	n := len(shape)
	perm := make([]int64, n)
	for i := range perm {
		perm[i] = int64(i)
	}
	perm[n-1], perm[n-2] = perm[n-2], perm[n-1]
	shape[n-1], shape[n-2] = shape[n-2], shape[n-1]
	return b.op("Transpose", map[string]any{"perm": perm}, shape, v)
}

// times is the product of two stacks of matrices.
func (b *backward) times(x, y int) int {
	p, q := b.shape(x), b.shape(y)
	rank := max(len(p), len(q))
	at := func(s []int, i int) int {
		if i += len(s) - rank; i >= 0 {
			return s[i]
		}
		return 1
	}
	shape := make([]int, rank)
	for i := range rank - 2 {
		shape[i] = max(at(p, i), at(q, i))
	}
	shape[rank-2], shape[rank-1] = at(p, rank-2), at(q, rank-1)
	return b.op("MatMul", nil, shape, x, y)
}

func gemm(b *backward, in *network.Instruction, g []int) error {
	x, w := in.In[0], in.In[1]
	if b.depends(w) || whole(in, "transA", 0) != 0 {
		return unknown(lang.Text("but for data times weights"))
	}
	if b.depends(x) {
		a := map[string]any{"alpha": attribute(in, "alpha", 1), "transB": int64(1 - whole(in, "transB", 0))}
		b.add(x, b.op("Gemm", a, b.shape(x), g[0], w))
	}
	if len(in.In) > 2 && b.depends(in.In[2]) {
		b.addFitted(in.In[2], func() int { return b.mul(g[0], b.number(attribute(in, "beta", 1))) })
	}
	return nil
}
