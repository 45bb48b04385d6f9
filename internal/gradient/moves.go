package gradient

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/tensor"
)

func reshaped(b *backward, in *network.Instruction, g []int) error {
	b.add(in.In[0], b.reshape(g[0], b.shape(in.In[0])))
	return nil
}

func transpose(b *backward, in *network.Instruction, g []int) error {
	rank := len(b.shape(in.In[0]))
	perm, given := in.Attributes["perm"].([]int64)
	back := make([]int64, rank)
	for i := range back {
		from := int64(rank - 1 - i)
		if given {
			from = perm[i]
		}
		back[from] = int64(i)
	}
	b.add(in.In[0], b.op("Transpose", map[string]any{"perm": back}, b.shape(in.In[0]), g[0]))
	return nil
}

func concat(b *backward, in *network.Instruction, g []int) error {
	rank := len(b.shape(in.Out[0]))
	axis, at := (whole(in, "axis", 1)+rank)%rank, 0
	for _, v := range in.In {
		n := b.shape(v)[axis]
		if b.depends(v) && n > 0 {
			b.add(v, b.op("Slice", nil, b.shape(v), g[0], b.list(at), b.list(at+n), b.list(axis)))
		}
		at += n
	}
	return nil
}

// moved is the gradient of what only moves elements, copies or drops them: the operator itself, applied to the numbers of the
// elements, tells where each of its outputs came from, and what comes back is added up there. Number 0 is what came from nowhere: a
// pad's zeros.
func moved(b *backward, in *network.Instruction, g []int) error {
	x := in.In[0]
	if slices.ContainsFunc(in.In[1:], b.depends) {
		return unknown(lang.Text("where elements go depends on the input"))
	}
	if len(in.In) > 2 && in.Op == "Pad" { // the value of the padding is not of the numbers' type
		in.In = slices.Clone(in.In)
		in.In[2] = network.None
	}
	n := elements(b.shape(x))
	numbers := make([]int64, n)
	for i := range numbers {
		numbers[i] = int64(i + 1)
	}
	operands := append([]int{b.constant(tensor.ArrayOf(numbers, b.shape(x)...))}, in.In[1:]...)
	shapes := make([][]int, len(in.Out))
	for k, v := range in.Out {
		shapes[k] = b.shape(v)
	}
	from := b.ops(in.Domain, in.Op, in.Attributes, operands, shapes...)
	b.p.Code[len(b.p.Code)-1].Version = in.Version
	for k := range g {
		if g[k] != network.None {
			b.add(x, b.scattered(g[k], from[k], n+1, 1, b.shape(x)))
		}
	}
	return nil
}

// scattered adds each element of g to the one of n zeros that its number says, and gives what follows the first skip of them.
func (b *backward) scattered(g, numbers, n, skip int, shape []int) int {
	m := elements(b.shape(g))
	zeros := b.constant(tensor.ArrayOf(make([]float32, n), n))
	v := b.op("ScatterElements", map[string]any{"axis": int64(0), "reduction": "add"}, []int{n},
		zeros, b.reshape(numbers, []int{m}), b.reshape(g, []int{m}))
	if skip > 0 {
		v = b.op("Slice", nil, []int{n - skip}, v, b.list(skip), b.list(n), b.list(0))
	}
	return b.reshape(v, shape)
}

// space is the gradient of depth to space: the phases of each channel's pixels, one after the other.
func space(b *backward, in *network.Instruction, g []int) error {
	op := in.Attributes["stage"].(layer.Stage).Op.(layer.DepthToSpace)
	x, y := b.shape(in.In[0]), b.shape(in.Out[0])
	axes := len(op.Block)
	// N x C x (H, b) ... -> N x C x b... x H...
	split, perm := slices.Clone(y[:2]), []int64{0, 1}
	for i, k := range op.Block {
		split = append(split, y[2+i]/k, k)
		perm = append(perm, int64(3+2*i))
	}
	for i := range axes {
		perm = append(perm, int64(2+2*i))
	}
	turned := make([]int, len(split))
	for i, p := range perm {
		turned[i] = split[p]
	}
	v := b.op("Transpose", map[string]any{"perm": perm}, turned, b.reshape(g[0], split))
	b.add(in.In[0], b.reshape(v, x))
	return nil
}
