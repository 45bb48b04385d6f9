package array

import (
	"math"
	"slices"

	"convx/internal/lazy"
	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

// reductions fold axes away.
func reductions() []Operator {
	return []Operator{
		reduction("ReduceSum", numbers, "sum"),
		reduction("ReduceMean", numbers, "mean"),
		reduction("ReduceProd", numbers, "product"),
		reduction("ReduceMax", numbers|bools, "largest"),
		reduction("ReduceMin", numbers|bools, "smallest"),
		reduction("ReduceL1", numbers, "sum of absolute values"),
		reduction("ReduceL2", numbers, "square root of the sum of squares"),
		reduction("ReduceSumSquare", numbers, "sum of squares"),
		reduction("ReduceLogSum", numbers, "logarithm of the sum"),
		reduction("ReduceLogSumExp", numbers, "logarithm of the sum of e^x"),
	}
}

func reduction(name string, of Elems, doc string) Operator {
	return Operator{Name: name, Inputs: Arity{1, 2}, Outputs: one, Elems: of, Doc: doc + " along axes", run: reduce}
}

// folding is a reduction in the type A that it accumulates in.
type folding[A any] struct {
	start A
	step  func(sum, v A) A
	end   func(sum A, n int) A // nil: the sum
	sums  bool                 // step adds
	join  joinRows             // the same for rows of float32; nil if there is none
	exact bool                 // join rounds nothing: it may fold parts, and what it makes of them is for step
	least float32              // join's results from here to the largest float32 are right; of others float64 may hold more
}

// leastSquares is a sum of squares beside which those that float32 rounds to less than its digits, or to zero, do not count.
const leastSquares = 1e-30

// holds reports whether float32 was wide enough for what join made.
func (f *folding[A]) holds(joined []float32) bool {
	return f.exact || !slices.ContainsFunc(joined, func(v float32) bool { return !(v >= f.least && v <= math.MaxFloat32) })
}

func add[A number](sum, v A) A { return sum + v }

// foldings of floats end in float64, those of integers in their own type. The largest and the smallest of nothing are the
// ends of the range.
func foldings[A number](lowest, highest A) map[string]folding[A] {
	square := func(sum, v A) A { return sum + v*v }
	root := func(sum A, _ int) A { return A(math.Sqrt(float64(sum))) }
	logarithm := func(sum A, _ int) A { return A(math.Log(float64(sum))) }
	return map[string]folding[A]{
		"ReduceSum":  {step: add[A], sums: true, join: kernel.ISA.JoinSum, least: -math.MaxFloat32},
		"ReduceMean": {step: add[A], end: func(sum A, n int) A { return sum / A(n) }, sums: true, join: kernel.ISA.JoinSum, least: -math.MaxFloat32},
		"ReduceProd": {start: 1, step: func(sum, v A) A { return sum * v }},
		"ReduceMax":  {start: lowest, step: func(sum, v A) A { return max(sum, v) }, join: kernel.ISA.JoinLargest, exact: true},
		"ReduceMin":  {start: highest, step: func(sum, v A) A { return min(sum, v) }},
		"ReduceL1": {step: func(sum, v A) A {
			if v < 0 {
				return sum - v
			}
			return sum + v
		}},
		"ReduceL2":        {step: square, end: root, join: kernel.ISA.JoinSquares, least: leastSquares},
		"ReduceSumSquare": {step: square, join: kernel.ISA.JoinSquares},
		"ReduceLogSum":    {step: add[A], end: logarithm, sums: true},
	}
}

var (
	foldingsFloat = lazy.Value[map[string]folding[float64]]{Make: func() map[string]folding[float64] { return foldings(math.Inf(-1), math.Inf(1)) }}
	foldingsInt   = lazy.Value[map[string]folding[int64]]{Make: func() map[string]folding[int64] { return foldings[int64](math.MinInt64, math.MaxInt64) }}
	foldingsUint  = lazy.Value[map[string]folding[uint64]]{Make: func() map[string]folding[uint64] { return foldings[uint64](0, math.MaxUint64) }}
)

func reduce(c *Call) {
	switch c.elem {
	case tensor.Float32:
		reduceTo[float32](c, foldingsFloat.Get(), &c.sums)
	case tensor.Float64:
		reduceTo[float64](c, foldingsFloat.Get(), &c.sums)
	case tensor.Int64:
		if c.Op == "ReduceLogSum" {
			reduceTo[int64](c, foldingsFloat.Get(), &c.sums)
			return
		}
		reduceTo[int64](c, foldingsInt.Get(), new([]int64))
	case tensor.Uint64:
		if c.Op == "ReduceLogSum" {
			reduceTo[uint64](c, foldingsFloat.Get(), &c.sums)
			return
		}
		reduceTo[uint64](c, foldingsUint.Get(), new([]uint64))
	case tensor.Bool:
		reduceBools(c)
	}
}

// reduceTo folds with sums of type A, in memory that is kept.
func reduceTo[T, A number](c *Call, foldings map[string]folding[A], keep *[]A) {
	folded := c.reducedAxes()
	out := data[T](c, c.typed(0, c.reducedShape(folded)))
	x := data[T](c, c.In[0])
	sums := resize(keep, len(out))
	if c.Op == "ReduceLogSumExp" {
		for i, v := range c.logSumExps(folded, len(out), func(i int) float64 { return float64(x[i]) }) {
			out[i] = T(v)
		}
		return
	}
	f := foldings[c.Op]
	if lo, hi := bounds(c.origin); c.origin.IsInteger() && c.origin != tensor.Uint64 { // of the type that the sums were widened from
		switch c.Op {
		case "ReduceMax":
			f.start = A(lo)
		case "ReduceMin":
			f.start = A(hi)
		}
	}
	for i := range sums {
		sums[i] = f.start
	}
	count := c.foldNest(c.In[0].Shape, folded)
	if count == 0 && c.Op == "ReduceMean" && c.origin.IsInteger() {
		c.refusef("the mean of no integers")
	}
	x32, ok := any(x).([]float32)
	if ok && f.join != nil && c.joinAxes(any(out).([]float32), x32, folded, f.join) && f.holds(any(out).([]float32)) {
		for i, v := range out {
			sums[i] = A(v)
		}
	} else {
		foldRows(c, sums, x, f)
	}
	for i, sum := range sums {
		if f.end != nil {
			sum = f.end(sum, count)
		}
		out[i] = T(sum)
	}
}

// reducedAxes marks the axes to fold: none given means all of them, or none where the node says so. An element is then
// folded with nothing, which is still its square, or its logarithm.
func (c *Call) reducedAxes() (folded []int) {
	rank := len(c.In[0].Shape)
	folded = c.shape(rank)
	clear(folded)
	axes := c.ints("axes")
	if a := c.in(1); a != nil {
		axes = data[int64](c, a)
	}
	if len(axes) == 0 && !c.flag("noop_with_empty_axes", false) {
		for i := range folded {
			folded[i] = 1
		}
	}
	for _, axis := range axes {
		folded[c.axis(tensor.Int(axis), rank)] = 1
	}
	return folded
}

// reducedShape is the input's shape without the folded axes, or with one element along them.
func (c *Call) reducedShape(folded []int) []int {
	keep := c.flag("keepdims", true)
	shape := c.shape(len(folded))[:0]
	for axis, d := range c.In[0].Shape {
		switch {
		case folded[axis] == 0:
			shape = append(shape, d)
		case keep:
			shape = append(shape, 1)
		}
	}
	return shape
}

// foldNest makes the nest of sums (operand 0) and input, and returns how many elements fold into one.
func (c *Call) foldNest(shape, folded []int) (count int) {
	n := &c.nest
	n.reset()
	steps, count := strides(c.shape(len(shape)), shape), 1
	kept := 1
	for axis, d := range shape {
		if folded[axis] == 0 {
			kept *= d
		} else {
			count *= d
		}
	}
	if kept*count == 0 {
		n.none()
		return count
	}
	for axis, d := range shape {
		step := [operands]int{0, steps[axis]}
		if folded[axis] == 0 {
			kept /= d
			step[0] = kept
		}
		n.add(d, step)
	}
	return count
}

func foldRows[T, A number](c *Call, sums []A, x []T, f folding[A]) {
	isa := kernel.Best()
	row32, _ := any(x).([]float32)
	c.nest.rows(func(at [operands]int, count int, step [operands]int) {
		if step[0] == 0 {
			sum := sums[at[0]]
			if f.sums && row32 != nil && step[1] == 1 {
				if s := isa.Sum(row32[at[1]:][:count]); s-s == 0 { // float32 holds it
					sums[at[0]] = sum + A(s)
					return
				}
			}
			if f.exact && row32 != nil && step[1] == 1 && count >= 2*partLanes {
				var parts [partLanes]float32
				whole := count / partLanes
				c.partOffsets(whole)
				f.join(isa, parts[:], 0, row32[at[1]:], 0, c.offsets[:whole], partLanes, 1)
				for _, v := range parts {
					sum = f.step(sum, A(v))
				}
				at[1], count = at[1]+whole*partLanes, count-whole*partLanes
			}
			for i := range count {
				sum = f.step(sum, A(x[at[1]+i*step[1]]))
			}
			sums[at[0]] = sum
			return
		}
		row := sums[at[0]:][:count]
		if f.sums {
			for i := range row {
				row[i] += A(x[at[1]+i*step[1]])
			}
			return
		}
		for i := range row {
			row[i] = f.step(row[i], A(x[at[1]+i*step[1]]))
		}
	})
}

// partLanes is how many parts a long row is folded to first.
const partLanes = 16

// partOffsets makes offsets n multiples of partLanes.
func (c *Call) partOffsets(n int) {
	for i := len(c.offsets); i < n; i++ {
		c.offsets = append(c.offsets, i*partLanes)
	}
}

// logSumExps takes the largest element out of every sum, so that e^x does not overflow.
func (c *Call) logSumExps(folded []int, n int, x func(i int) float64) []float64 {
	c.foldNest(c.In[0].Shape, folded)
	tops, sums := make([]float64, n), make([]float64, n)
	for i := range tops {
		tops[i] = math.Inf(-1)
	}
	c.nest.rows(func(at [operands]int, count int, step [operands]int) {
		for i := range count {
			o := at[0] + i*step[0]
			tops[o] = max(tops[o], x(at[1]+i*step[1]))
		}
	})
	c.nest.rows(func(at [operands]int, count int, step [operands]int) {
		for i := range count {
			o := at[0] + i*step[0]
			if !math.IsInf(tops[o], 0) {
				sums[o] += math.Exp(x(at[1]+i*step[1]) - tops[o])
			}
		}
	})
	for i := range sums {
		if math.IsInf(tops[i], 0) {
			sums[i] = 1
		}
		sums[i] = tops[i] + math.Log(sums[i])
	}
	return sums
}

// reduceBools takes true for 1.
func reduceBools(c *Call) {
	ints := *c
	ints.In = append([]*tensor.Array(nil), c.In...)
	ints.Out, ints.Memory, ints.elem, ints.origin = make([]*tensor.Array, 1), nil, tensor.Int64, tensor.Bool
	ints.In[0] = c.converted(c.In[0], tensor.Int64)
	reduceTo[int64](&ints, map[string]folding[int64]{
		"ReduceMax": {step: func(sum, v int64) int64 { return sum | v }},
		"ReduceMin": {start: 1, step: func(sum, v int64) int64 { return sum & v }},
	}, new([]int64))
	c.converts(c.out(0, tensor.Bool, ints.Out[0].Shape), ints.Out[0])
}

// resize returns n elements of what is kept, which grows to hold them.
func resize[T any](keep *[]T, n int) []T {
	if cap(*keep) < n {
		*keep = make([]T, n)
	}
	return (*keep)[:n]
}
