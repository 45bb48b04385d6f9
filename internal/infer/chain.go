package infer

import (
	"context"
	"fmt"
	"math"
	"slices"

	"convx/internal/network"
	"convx/internal/ops/kernel"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// chain is elementwise operators that run one after the other on a piece of the data while it is in the first cache. The node's
// inputs are the base, of the output's shape, then the other operands in the order in which the links read them.
type chain struct {
	links []link
	shape []int
	// rows and length part the data: within a row every operand is either dense or one number.
	rows, length int
	lead         []int // extents of the axes in front of a row
	operands     []operand
	isa          kernel.ISA
	pool         *workers.Pool
	threads      int

	y  []float32
	in [][]float32
}

// link is one operator: y = f(y), or y = f(y, operand).
type link struct {
	kind       linkKind
	a, b       float32
	lo, hi     float32
	other      int  // a value; None for f of one argument
	otherFirst bool // f(operand, y): of a difference or a quotient
}

type linkKind uint8

const (
	affine   linkKind = iota // clamp(a*y + b)
	blend                    // clamp(a*y + b*operand)
	product                  // y * operand
	quotient                 // y / operand
	logistic
	hyperbolic // tanh
	hardSwish
	leaky // y < 0: a*y
	root
	absolute
	reciprocal
	square
	errorFunction
)

// operand is how rows read an operand: its strides along the axes in front, and whether a row is one number.
type operand struct {
	strides []int
	single  bool
}

var (
	noLow  = float32(math.Inf(-1))
	noHigh = float32(math.Inf(1))
)

// unaryLink is the operator as a link; ok is false if it is none.
func (net *Network) unaryLink(n *node) (l link, ok bool) {
	l = link{kind: affine, a: 1, lo: noLow, hi: noHigh, other: network.None}
	switch n.op {
	case "Relu":
		l.lo = 0
	case "Clip":
		return net.clipLink(n)
	case "Neg":
		l.a = -1
	case "HardSigmoid":
		l.a, l.b, l.lo, l.hi = float32(n.floatOr("alpha", 0.2)), float32(n.floatOr("beta", 0.5)), 0, 1
	case "HardSwish":
		l.kind = hardSwish
	case "LeakyRelu":
		l.kind, l.a = leaky, float32(n.floatOr("alpha", 0.01))
	case "Sigmoid":
		l.kind = logistic
	case "Tanh":
		l.kind = hyperbolic
	case "Sqrt":
		l.kind = root
	case "Abs":
		l.kind = absolute
	case "Reciprocal":
		l.kind = reciprocal
	case "Erf":
		l.kind = errorFunction
	default:
		return l, false
	}
	return l, true
}

// clipLink: bounds are attributes before operator set 11, inputs since; those of a missing input are none.
func (net *Network) clipLink(n *node) (l link, ok bool) {
	l = link{kind: affine, a: 1, lo: noLow, hi: noHigh, other: network.None}
	if n.version < 11 {
		l.lo, l.hi = float32(n.floatOr("min", math.Inf(-1))), float32(n.floatOr("max", math.Inf(1)))
		return l, l.lo <= l.hi
	}
	for i, bound := range []*float32{&l.lo, &l.hi} {
		if v := n.input(1 + i); v != network.None {
			x, known := net.number(v)
			if !known {
				return l, false
			}
			*bound = float32(x)
		}
	}
	return l, l.lo <= l.hi
}

// binaryLink is the operator as a link of the value that it reads as its input base.
func (net *Network) binaryLink(n *node, base int) (l link, ok bool) {
	other := n.in[1-base]
	l = link{kind: affine, a: 1, lo: noLow, hi: noHigh, other: network.None}
	x, isNumber := net.number(other)
	f := float32(x)
	switch n.op {
	case "Add":
		l.b = f
		if !isNumber {
			l.kind, l.b, l.other = blend, 1, other
		}
	case "Sub":
		switch {
		case isNumber && base == 0:
			l.b = -f
		case isNumber:
			l.a, l.b = -1, f
		case base == 0:
			l.kind, l.b, l.other = blend, -1, other
		default:
			l.kind, l.a, l.b, l.other = blend, -1, 1, other
		}
	case "Mul":
		l.a = f
		if !isNumber {
			l.kind, l.other = product, other
		}
	case "Div":
		switch {
		case base == 0 && isNumber && exactReciprocal(f):
			l.a = 1 / f
		default:
			l.kind, l.other, l.otherFirst = quotient, other, base == 1
		}
	case "Pow":
		if base != 0 || !isNumber || x != 2 {
			return l, false
		}
		l.kind = square
	default:
		return l, false
	}
	return l, true
}

// exactReciprocal tells whether multiplying by 1/f is dividing by f: f is a power of two.
func exactReciprocal(f float32) bool {
	frac, _ := math.Frexp(float64(f))
	return math.Abs(frac) == 0.5
}

// layOut finds rows within which every operand is dense or one number; false if they are too short to be worth it.
func (c *chain) layOut(shapes [][]int) bool {
	rank := len(c.shape)
	for axes := rank; axes >= 0; axes-- {
		c.operands = c.operands[:0]
		for _, s := range shapes {
			o, ok := operandOf(c.shape, s, axes)
			if !ok {
				break
			}
			c.operands = append(c.operands, o)
		}
		if len(c.operands) < len(shapes) {
			continue
		}
		c.lead, c.rows, c.length = c.shape[:rank-axes], 1, 1
		for _, d := range c.lead {
			c.rows *= d
		}
		for _, d := range c.shape[rank-axes:] {
			c.length *= d
		}
		return c.length >= 8 || c.rows == 1
	}
	return false
}

// operandOf is how rows of the last axes of out read an operand of shape s, which broadcasts to out.
func operandOf(out, s []int, axes int) (o operand, ok bool) {
	full := slices.Repeat([]int{1}, len(out))
	if len(s) > len(out) {
		return o, false
	}
	copy(full[len(out)-len(s):], s)
	row := full[len(out)-axes:]
	dense := slices.Equal(row, out[len(out)-axes:])
	o.single = !slices.ContainsFunc(row, func(d int) bool { return d != 1 })
	if !dense && !o.single {
		return o, false
	}
	o.single = o.single && !dense
	o.strides = make([]int, len(out)-axes)
	step := 1
	for _, d := range row {
		step *= d
	}
	for i := len(o.strides) - 1; i >= 0; i-- {
		if full[i] == out[i] {
			if full[i] > 1 {
				o.strides[i] = step
			}
		} else if full[i] != 1 {
			return o, false
		}
		step *= full[i]
	}
	return o, true
}

func (c *chain) run(ctx context.Context, net *Network, n *node) error {
	for i, v := range n.in {
		a := net.get(v)
		if a.Elem != tensor.Float32 {
			return fmt.Errorf("an operand is %v, and follows from the model as float32", a)
		}
		c.in[i] = tensor.Data[float32](a)
		want := c.rowsOf(i)
		if len(c.in[i]) < want {
			return fmt.Errorf("an operand is %v, and follows from the model's shapes as larger", a)
		}
	}
	y, err := net.output(n.out[0], tensor.Float32, c.shape)
	if err != nil {
		return err
	}
	c.y = tensor.Data[float32](y)
	if len(c.in[0]) != len(c.y) {
		return fmt.Errorf("its input has %d elements, and follows from the model's shapes as %s", len(c.in[0]), tensor.Format(c.shape))
	}
	threads := 1
	if len(c.y) >= 1<<15 {
		threads = c.threads
	}
	err = c.pool.RunOn(ctx, threads, c)
	clear(c.in)
	c.y = nil
	net.set(n.out[0], y)
	return err
}

// rowsOf is the elements that operand i has at least.
func (c *chain) rowsOf(i int) int {
	o := c.operands[i]
	n := c.length
	if o.single {
		n = 1
	}
	for a, s := range o.strides {
		n += s * (c.lead[a] - 1)
	}
	return n
}

// chainPiece is the elements that pass through all links at once: with their operands they stay in the first cache.
const chainPiece = 2048

// Work implements workers.Job: an item is a piece of a row, or several short rows.
func (c *chain) Work(m *workers.Worker) {
	var spare [chainPiece]float32
	pieces := (c.length + chainPiece - 1) / chainPiece
	group := max(1, chainPiece/c.length) // rows to an item
	items := (c.rows + group - 1) / group * pieces
	for i := m.Next(items); i >= 0; i = m.Next(items) {
		first := i / pieces * group
		from := i % pieces * chainPiece
		for row := first; row < min(c.rows, first+group); row++ {
			c.piece(row, from, min(c.length, from+chainPiece), spare[:])
		}
	}
}

// piece runs the links over a part of a row.
func (c *chain) piece(row, from, to int, spare []float32) {
	y := c.y[row*c.length:][from:to]
	src := c.in[0][row*c.length:][from:to]
	k := 1
	for i := range c.links {
		l := &c.links[i]
		if l.other == network.None {
			l.unary(c.isa, y, src, spare)
		} else {
			o := &c.operands[k]
			at := o.offset(row, c.lead)
			if o.single {
				l.number(c.isa, y, src, spare, c.in[k][at])
			} else {
				l.dense(c.isa, y, src, c.in[k][at:][from:to])
			}
			k++
		}
		src = y
	}
}

// offset is where an operand's part of a row begins.
func (o *operand) offset(row int, lead []int) int {
	at := 0
	for a := len(lead) - 1; a >= 0; a-- {
		at += row % lead[a] * o.strides[a]
		row /= lead[a]
	}
	return at
}

func (l *link) unary(isa kernel.ISA, y, x, spare []float32) {
	x = x[:len(y)]
	switch l.kind {
	case affine:
		isa.Affine(y, x, l.a, l.b, l.lo, l.hi)
	case logistic:
		isa.Logistic(y, x)
	case hyperbolic: // 2/(1+e^-2x) - 1
		isa.Affine(y, x, 2, 0, noLow, noHigh)
		isa.Logistic(y, y)
		isa.Affine(y, y, 2, -1, noLow, noHigh)
	case hardSwish:
		t := spare[:len(y)]
		isa.Affine(t, x, 1.0/6, 0.5, 0, 1)
		isa.Product(y, x, t)
	case leaky:
		for i, v := range x {
			if v < 0 {
				v *= l.a
			}
			y[i] = v
		}
	case root:
		for i, v := range x {
			y[i] = float32(math.Sqrt(float64(v)))
		}
	case absolute:
		for i, v := range x {
			y[i] = float32(math.Abs(float64(v)))
		}
	case reciprocal:
		for i, v := range x {
			y[i] = 1 / v
		}
	case square:
		isa.Product(y, x, x)
	case errorFunction:
		isa.Erf(y, x)
	}
}

func (l *link) dense(isa kernel.ISA, y, x, o []float32) {
	x, o = x[:len(y)], o[:len(y)]
	switch {
	case l.kind == blend:
		isa.Blend(y, x, o, l.a, l.b, l.lo, l.hi)
	case l.kind == product:
		isa.Product(y, x, o)
	case l.otherFirst:
		isa.Quotient(y, o, x)
	default:
		isa.Quotient(y, x, o)
	}
}

func (l *link) number(isa kernel.ISA, y, x, spare []float32, o float32) {
	x = x[:len(y)]
	switch {
	case l.kind == blend:
		isa.Affine(y, x, l.a, l.b*o, l.lo, l.hi)
	case l.kind == product:
		isa.Affine(y, x, o, 0, noLow, noHigh)
	default:
		repeat(spare[:len(y)], o)
		l.dense(isa, y, x, spare)
	}
}

// repeat writes v everywhere.
func repeat(y []float32, v float32) {
	y[0] = v
	for n := 1; n < len(y); n *= 2 {
		copy(y[n:], y[:n])
	}
}
