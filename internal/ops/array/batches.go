package array

// batches multiplies matrices of float32, those of a part of the outermost axis at a time.
type batches struct {
	call      *Call
	s         matrices
	parts     []nest
	panels    [][]float32 // of multiply32, by part
	out, a, b []float32
	run       func(i int)
}

// mostBatches bounds the parts, and sharedProducts is the multiply-accumulates of one; a product is parted into leastRows rows.
const mostBatches, sharedProducts, leastRows = 16, 1 << 18, 64

// shareBatches multiplies along the call's nest of matrices by all threads; false where that is for one.
func (c *Call) shareBatches(s matrices, out, a, b []float32) bool {
	n := &c.nest
	if c.Each == nil || len(n.extent) == 0 || n.extent[0] < 2 || n.empty() {
		return false
	}
	parts := min(n.extent[0], mostBatches, n.elements()*s.m*s.k*s.n/sharedProducts)
	if parts < 2 {
		return false
	}
	m := c.batches
	if m == nil {
		m = &batches{call: c}
		m.run = m.multiply
		c.batches = m
	}
	m.s, m.out, m.a, m.b = s, out, a, b
	m.parts = n.cut(m.parts, parts)
	for len(m.panels) < parts {
		m.panels = append(m.panels, nil)
	}
	c.each(parts, m.run)
	m.out, m.a, m.b = nil, nil, nil
	return true
}

func (m *batches) multiply(i int) {
	s := &m.s
	m.parts[i].rows(func(at [operands]int, count int, step [operands]int) {
		for k := range count {
			m.call.check()
			o, x, y := at[0]+k*step[0], at[1]+k*step[1], at[2]+k*step[2]
			multiply32(m.call, &m.panels[i], m.out[o*s.m*s.n:][:s.m*s.n], m.a[x*s.m*s.k:][:s.m*s.k], m.b[y*s.k*s.n:][:s.k*s.n], s.m, s.k, s.n)
		}
	})
}
