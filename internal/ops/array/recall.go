package array

import "convx/internal/ops/kernel"

// recaller multiplies rows by weights that are packed once: two vectors of outputs at a time, so that nothing is added up across
// lanes. The weights are some gates of outs rows of k numbers.
type recaller struct {
	isa                        kernel.ISA
	k, outs                    int
	depth, panels, width       int       // depth is k, rounded to what the kernel takes
	weights, rows, state, sums []float32 // weights by gate, panel, k and output
}

const (
	fewestSteps = 8   // for which packing pays in each run
	chainTerms  = 512 // that are added one to the other
)

// newRecaller packs weights: gates x outs rows of k.
func newRecaller(weights []float32, gates, outs, k int) *recaller {
	p := &recaller{isa: kernel.Best(), k: k, outs: outs, depth: (k + 3) / 4 * 4}
	lanes := p.isa.Block()
	p.width = 2 * lanes
	p.panels = (outs + p.width - 1) / p.width
	p.weights = make([]float32, gates*p.panels*p.depth*p.width)
	p.rows = make([]float32, (p.depth+lanes-1)/lanes*lanes*p.isa.NCHWcRows())
	p.sums = make([]float32, p.width*p.isa.NCHWcRows())
	p.state = make([]float32, p.depth)
	p.pack(weights, gates)
	return p
}

// pack brings weights into the places of those before; padding is zero from the start.
func (p *recaller) pack(weights []float32, gates int) {
	for g := range gates {
		for panel := range p.panels {
			first := panel * p.width
			to := p.weights[(g*p.panels+panel)*p.depth*p.width:]
			p.isa.Deinterleave(to, p.width, weights[(g*p.outs+first)*p.k:], p.k, p.k, min(p.width, p.outs-first))
		}
	}
}

// product multiplies m rows, in the kernel's layout, by a panel of a gate.
func (p *recaller) product(rows []float32, m, gate, panel int) {
	lanes := p.isa.Block()
	w := p.weights[(gate*p.panels+panel)*p.depth*p.width:][:p.depth*p.width]
	for k := 0; k < p.depth; k += chainTerms {
		p.isa.GemmNCHWc(p.sums, m*lanes, rows[k*m:], m*lanes, w[k*p.width:], nil, min(chainTerms, p.depth-k), m, 2, k > 0)
	}
}

// recall writes the products of one row with gates from..to.
func (p *recaller) recall(out, state []float32, from, to int) {
	copy(p.state, state)
	for g := from; g < to; g++ {
		for panel := range p.panels {
			p.product(p.state, 1, g, panel)
			copy(out[(g-from)*p.outs:][:p.outs][panel*p.width:], p.sums[:p.width])
		}
	}
}

// project writes the products of n rows with the first gate.
func (p *recaller) project(out, x []float32, n int) {
	lanes := p.isa.Block()
	for row := 0; row < n; row += p.isa.NCHWcRows() {
		m := min(p.isa.NCHWcRows(), n-row)
		clear(p.rows)
		for r := range m {
			for k := 0; k < p.k; k += lanes {
				copy(p.rows[k*m+r*lanes:], x[(row+r)*p.k+k:][:min(lanes, p.k-k)])
			}
		}
		for panel := range p.panels {
			p.product(p.rows, m, 0, panel)
			for r := range m {
				y := out[(row+r)*p.outs:][:p.outs][panel*p.width:]
				copy(y, p.sums[r*lanes:][:lanes])
				if len(y) > lanes {
					copy(y[lanes:], p.sums[(m+r)*lanes:][:lanes])
				}
			}
		}
	}
}

// recallers are those of the recurrent weights, and of the input's, of each direction.
type recallers [2][2]*recaller

const (
	ofStates = iota
	ofInputs
)

// recaller packs the recurrent weights of a direction, or has them from the run before if they are Fixed; nil where that does not
// pay.
func (c *Call) recaller(weights []float32, way, gates, hidden, steps int) *recaller {
	if steps < fewestSteps || hidden < 8 {
		return nil
	}
	p := &c.recallers[way][ofStates]
	if *p == nil || (*p).k != hidden || len((*p).weights) != gates*(*p).panels*(*p).depth*(*p).width {
		*p = newRecaller(weights, gates, hidden, hidden)
	} else if !c.fixed(2) {
		(*p).pack(weights, gates)
	}
	return *p
}

// projector is recaller for the input's weights, which are worth packing only once for all runs.
func (c *Call) projector(weights []float32, way, outs, inputs, rows int) *recaller {
	if !c.fixed(1) || rows < fewestSteps || inputs < 8 {
		return nil
	}
	p := &c.recallers[way][ofInputs]
	if *p == nil || (*p).k != inputs || (*p).outs != outs {
		*p = newRecaller(weights, 1, outs, inputs)
	}
	return *p
}

// fixed reports whether input i has the same elements in every run.
func (c *Call) fixed(i int) bool { return i < len(c.Fixed) && c.Fixed[i] }
