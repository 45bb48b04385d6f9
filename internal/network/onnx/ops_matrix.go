package onnx

import (
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/network"
)

// matrixRules are the products of matrices.
var matrixRules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		"Gemm":          {apply: gemm(0, 1, 2), least: 2},
		"MatMul":        {apply: matMul(0, 1), least: 2},
		"MatMulInteger": {apply: matMul(0, 1), least: 2},
		"QLinearMatMul": {apply: matMul(0, 3), least: 4},
		"Einsum":        {apply: einsum, least: 1},
	}
}}

// gemm: Y = A x B + C, either transposed on demand.
func gemm(a, b, bias int) func(*call) error {
	return func(c *call) error {
		x, w := c.in[a].shape, c.in[b].shape
		if len(x) != 2 || len(w) != 2 {
			return lang.Errorf("multiplies %s by %s: two matrices are known", shapeText(x), shapeText(w))
		}
		if c.intOr("transA", 0) != 0 {
			x = []int{x[1], x[0]}
		}
		if c.intOr("transB", 0) != 0 {
			w = []int{w[1], w[0]}
		}
		if x[1] != w[0] {
			return lang.Errorf("multiplies %s by %s: %d is not %d", shapeText(x), shapeText(w), x[1], w[0])
		}
		return c.product(x[0], w, []int{x[0], w[1]}, c.in[b], c.optional(bias) != nil, b, bias)
	}
}

// product makes the node rows x w: a linear layer if w is a constant, else bare MACs.
func (c *call) product(rows int, w, out []int, weight *value, bias bool, weights ...int) error {
	c.set(0, out)
	if weight.constant && !slices.Contains(append([]int{rows}, w...), 0) {
		op := layer.Linear{Out: w[1], Bias: bias}
		_, err := c.emit(op, [][]int{{rows, w[0]}}, weights...)
		return err
	}
	macs, err := count("MACs", 1, rows, w[0], w[1])
	if err == nil {
		c.work(work{macs: macs}, weights...)
	}
	return err
}

// matMul: NumPy's matmul, batches broadcast.
func matMul(a, b int) func(*call) error {
	return func(c *call) error {
		x, w := c.in[a].shape, c.in[b].shape
		if len(x) == 0 || len(w) == 0 {
			return lang.Errorf("multiplies %s by %s", shapeText(x), shapeText(w))
		}
		row, column := len(x) == 1, len(w) == 1
		if row {
			x = []int{1, x[0]}
		}
		if column {
			w = []int{w[0], 1}
		}
		m, k, n := x[len(x)-2], x[len(x)-1], w[len(w)-1]
		if k != w[len(w)-2] {
			return lang.Errorf("multiplies %s by %s: %d is not %d", shapeText(x), shapeText(w), k, w[len(w)-2])
		}
		batch, err := broadcast(x[:len(x)-2], w[:len(w)-2])
		if err != nil {
			return err
		}
		out := slices.Clone(batch)
		if !row {
			out = append(out, m)
		}
		if !column {
			out = append(out, n)
		}
		c.along = func(_, j int) []network.Along {
			if j != a && j != b { // a third one, which the operator does not read
				return []network.Along{}
			}
			return multiplied(j == a, len(c.in[j].shape), len(out), row, column)
		}
		rows, err := product("rows", append(batch, m)...)
		if err != nil {
			return err
		}
		if len(w) == 2 {
			return c.product(rows, w, out, c.in[b], false, a, b)
		}
		macs, err := count("MACs", 1, rows, k, n)
		if err == nil {
			c.set(0, out)
			c.work(work{macs: macs}, a, b)
		}
		return err
	}
}

// multiplied says where the axes of a factor lie in a product of matrices: batches are aligned at their last, the rows are those of
// the first, the columns those of the second; what is summed over is seen whole.
func multiplied(first bool, rank, out int, row, column bool) []network.Along {
	along := make([]network.Along, out)
	for b := range along {
		along[b].From = -1
	}
	matrix := 2 // axes of the product that are no batch
	if row {
		matrix--
	}
	if column {
		matrix--
	}
	batches := max(0, rank-2)
	for k := range batches {
		along[out-matrix-batches+k].From = k
	}
	switch {
	case first && rank >= 2 && !row:
		along[out-matrix].From = rank - 2
	case !first && rank >= 2 && !column:
		along[out-1].From = rank - 1
	}
	return along
}

// einsum counts a MAC for every combination of the indices, as its definition sums them.
func einsum(c *call) error {
	equation := strings.ReplaceAll(c.stringOr("equation", ""), " ", "")
	left, right, explicit := strings.Cut(equation, "->")
	terms := strings.Split(left, ",")
	if !explicit || len(terms) != 2 || len(c.in) != 2 || strings.Contains(equation, ".") {
		return errUnknown
	}
	size := map[rune]int{}
	all := []int{}
	for i, term := range terms {
		if len(term) != len(c.input(i)) {
			return lang.Errorf("equation %q does not fit %s", equation, shapeText(c.input(i)))
		}
		for axis, r := range term {
			d := c.input(i)[axis]
			if old, ok := size[r]; ok && old != d {
				return lang.Errorf("equation %q: index %c is %d and %d", equation, r, old, d)
			} else if !ok {
				size[r], all = d, append(all, d)
			}
		}
	}
	out := []int{}
	for _, r := range right {
		d, ok := size[r]
		if !ok {
			return lang.Errorf("equation %q: no input has index %c", equation, r)
		}
		out = append(out, d)
	}
	macs, err := count("MACs", 1, all...)
	if err == nil {
		c.set(0, out)
		c.work(work{macs: macs}, 0, 1)
	}
	return err
}

// normRules are the normalisations.
var normRules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		"BatchNormalization":        {apply: norm("batch", 2), least: 3},
		"InstanceNormalization":     {apply: norm("instance", 7), least: 3},
		"LayerNormalization":        {apply: norm("layer", 7), least: 2},
		"GroupNormalization":        {apply: norm("group", 7), least: 3},
		"MeanVarianceNormalization": {apply: norm("instance", 7), least: 1},
		"LRN":                       {apply: lrn, least: 1},
		"RMSNormalization":          {apply: perElement(4, 1), least: 2}, // square, add, scale, multiply
		"LpNormalization":           {apply: perElement(3), least: 1},    // square, add, divide
	}
}}

// norm keeps the shape. Running means and variances are no parameters: scale and shift are. A vector has no axis of channels: it counts each
// FLOPs an element.
func norm(f string, each int) func(*call) error {
	return func(c *call) error {
		x := c.input(0)
		if len(x) == 0 {
			return lang.Errorf("normalises %s: a batch and channels are needed", shapeText(x))
		}
		if f == "layer" {
			if err := c.layerStatistics(x); err != nil {
				return err
			}
		}
		if len(x) < 2 {
			return perElement(each, 1, 2)(c)
		}
		affine := c.optional(1) != nil
		c.set(0, x)
		_, err := c.emit(layer.Norm{Func: f, Affine: affine}, [][]int{x}, 1, 2)
		return err
	}
}

// layerStatistics gives the mean and the inverse deviation, which mostly only training reads, one for each of what is normalised.
func (c *call) layerStatistics(x []int) error {
	first, err := axis(c.intOr("axis", -1), len(x))
	if err != nil {
		return err
	}
	for i := range 2 {
		c.put(1+i, value{shape: slices.Concat(x[:first], slices.Repeat([]int{1}, len(x)-first)), elem: Elem(c.intOr("stash_type", int64(elemFloat)))})
	}
	return nil
}

func lrn(c *call) error {
	if len(c.input(0)) < 2 {
		return lang.Errorf("normalises %s: a batch and channels are needed", shapeText(c.input(0)))
	}
	size := c.intOr("size", 0)
	if size < 1 || size > layer.MaxExtent {
		return lang.Errorf("size %d", size)
	}
	c.set(0, c.input(0))
	_, err := c.emit(layer.Norm{Func: "lrn", Size: int(size)}, [][]int{c.input(0)})
	return err
}

// perElement keeps the first input's shape and counts so many FLOPs an element; weights are inputs that hold parameters.
func perElement(flops int, weights ...int) func(*call) error {
	return func(c *call) error {
		n, err := count("FLOPs", 1, append(slices.Clone(c.input(0)), flops)...)
		if err != nil {
			return err
		}
		c.set(0, c.input(0))
		c.work(work{flops: n}, weights...)
		return nil
	}
}
