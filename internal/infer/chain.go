package infer

import (
	"context"
	"slices"

	"convx/internal/lang"
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
	spread       [][]float32 // by worker: an operand of short rows as large as they are

	y  []float32
	in [][]float32
}

// operand is how rows read an operand: its strides along the axes in front, and whether a row is one number.
type operand struct {
	strides []int
	single  bool
	// step is how far apart it begins for neighbouring rows, where that is the same for all: -1 if it is not.
	step int
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
		c.makeRoom()
		return c.length >= leastRow || c.rows == 1
	}
	return false
}

// Rows shorter than leastRow are left to the general operator; several below shortRow are one call, whatever the operand.
const leastRow, shortRow = 4, 32

// makeRoom gives every worker memory for an operand of several short rows.
func (c *chain) makeRoom() {
	if c.rows == 1 || c.length >= shortRow {
		return
	}
	for range max(1, c.threads) {
		c.spread = append(c.spread, workers.Apart[float32](chainPiece))
	}
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
	o.step = evenStep(o.strides, out)
	return o, true
}

func (c *chain) run(ctx context.Context, net *Network, n *node) error {
	x := net.get(n.in[0])
	if x.Elem != tensor.Float32 {
		return errOtherElem(x)
	}
	y, err := net.output(n.out[0], tensor.Float32, c.shape)
	if err != nil {
		return err
	}
	if err := c.bind(net, n.in[1:], tensor.Data[float32](x), tensor.Data[float32](y)); err != nil {
		return err
	}
	err = c.over(ctx)
	net.set(n.out[0], y)
	return err
}

func errOtherElem(a *tensor.Array) error {
	return lang.Errorf("an operand is %v, and follows from the model as float32", a)
}

// bind says where the next run reads and writes: x, which may be y, and the operands of the links.
func (c *chain) bind(net *Network, operands []int, x, y []float32) error {
	if len(x) != len(y) || len(y) != c.rows*c.length {
		return lang.Errorf("its input has %d elements, and follows from the model's shapes as %s", len(x), tensor.Format(c.shape))
	}
	c.y, c.in[0] = y, x
	for i, v := range operands {
		a := net.get(v)
		if a.Elem != tensor.Float32 {
			return errOtherElem(a)
		}
		c.in[1+i] = tensor.Data[float32](a)
		if len(c.in[1+i]) < c.rowsOf(1+i) {
			return lang.Errorf("an operand is %v, and follows from the model's shapes as larger", a)
		}
	}
	return nil
}

// release lets go of what was bound.
func (c *chain) release() {
	clear(c.in)
	c.y = nil
}

// over runs the whole of what is bound, and releases it.
func (c *chain) over(ctx context.Context) error {
	threads := 1
	if len(c.y) >= 1<<15 {
		threads = c.threads
	}
	err := c.pool.RunOn(ctx, threads, c)
	c.release()
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
	pieces := (c.length + chainPiece - 1) / chainPiece
	group := max(1, chainPiece/c.length) // rows to an item
	items := (c.rows + group - 1) / group * pieces
	for i := m.Next(items); i >= 0; i = m.Next(items) {
		row, from := i/pieces*group, i%pieces*chainPiece
		if group == 1 {
			c.piece(row, from, min(c.length, from+chainPiece))
		} else {
			c.wholeRows(row, min(c.rows, row+group)-row, m.ID)
		}
	}
}

// wholeRows runs the links over n short rows, all of them at once where the operand allows.
func (c *chain) wholeRows(row, n, worker int) {
	y := c.y[row*c.length:][:n*c.length]
	src := c.in[0][row*c.length:][:len(y)]
	k := 1
	for i := range c.links {
		l := &c.links[i]
		if l.other == network.None {
			l.unary(c.isa, y, src)
			src = y
			continue
		}
		o := &c.operands[k]
		switch {
		case !o.single && o.step == c.length:
			l.dense(c.isa, y, src, c.in[k][row*o.step:][:len(y)])
		case o.single && o.step == 1 && l.kind == product:
			c.isa.ScaleRows(y, src, c.in[k][row:][:n], c.length)
		case c.spread != nil:
			other := c.spread[worker][:len(y)]
			o.spread(other, c.in[k], row, c.length, c.lead)
			l.dense(c.isa, y, src, other)
		default:
			for r := range n {
				part := c.length * r
				l.along(c.isa, y[part:][:c.length], src[part:], c.in[k][o.offset(row+r, c.lead):], o.single)
			}
		}
		src = y
		k++
	}
}

// Finish implements problem.Finisher: elements from..to of what is bound.
func (c *chain) Finish(from, to int) {
	row := from / c.length
	for from < to {
		start := row * c.length
		end := min(to, start+c.length)
		for from < end {
			next := min(end, from+chainPiece)
			c.piece(row, from-start, next-start)
			from = next
		}
		row++
	}
}

// piece runs the links over a part of a row.
func (c *chain) piece(row, from, to int) {
	y := c.y[row*c.length:][from:to]
	src := c.in[0][row*c.length:][from:to]
	k := 1
	for i := range c.links {
		l := &c.links[i]
		if l.other == network.None {
			l.unary(c.isa, y, src)
		} else {
			o := &c.operands[k]
			other := c.in[k][o.offset(row, c.lead):]
			if !o.single {
				other = other[from:]
			}
			l.along(c.isa, y, src, other, o.single)
			k++
		}
		src = y
	}
}

// evenStep is what lies between neighbouring rows along these axes, where that is the same everywhere; else -1.
func evenStep(strides, extents []int) int {
	step, rows := -1, 1
	for a := len(strides) - 1; a >= 0; a-- {
		switch {
		case extents[a] == 1:
			continue
		case step < 0:
			step = strides[a]
		case strides[a] != step*rows:
			return -1
		}
		rows *= extents[a]
	}
	return max(0, step)
}

// spread fills rows of so many elements, from the given one on, with what they read of src.
func (o *operand) spread(to, src []float32, row, length int, lead []int) {
	last := len(lead) - 1
	for len(to) > 0 {
		at, step := o.offset(row, lead), o.strides[last]
		for range min(len(to)/length, lead[last]-row%lead[last]) {
			if o.single {
				repeat(to[:length], src[at])
			} else {
				copy(to[:length], src[at:])
			}
			to, at, row = to[length:], at+step, row+1
		}
	}
}

// offset is where an operand's part of a row begins.
func (o *operand) offset(row int, lead []int) int {
	if o.step >= 0 {
		return row * o.step
	}
	at := 0
	for a := len(lead) - 1; a >= 0; a-- {
		at += row % lead[a] * o.strides[a]
		row /= lead[a]
	}
	return at
}
