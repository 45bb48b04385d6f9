package array

import "convx/internal/ops/kernel"

// recaller multiplies the state of a recurrence by its recurrent weights, packed once for all steps: two vectors of outputs at a
// time, so that nothing is added up across lanes.
type recaller struct {
	isa                          kernel.ISA
	hidden, depth, panels, width int       // depth is hidden, rounded to what the kernel takes
	weights, state, products     []float32 // weights by gate, panel, state and output
}

const (
	fewestSteps = 8   // for which packing pays
	chainTerms  = 512 // that are added one to the other
)

// recallerOf packs the weights of one direction: gates x hidden rows. It is nil where that does not pay.
func recallerOf(c *Call, weights []float32, gates, hidden, steps int) *recaller {
	if steps < fewestSteps || hidden < 8 {
		return nil
	}
	p := &recaller{isa: kernel.Best(), hidden: hidden, depth: (hidden + 3) / 4 * 4}
	p.width = 2 * p.isa.Block()
	p.panels = (hidden + p.width - 1) / p.width
	p.weights = buffer[float32](c, 2, gates*p.panels*p.depth*p.width)
	memory := buffer[float32](c, 3, p.depth+p.panels*p.width)
	p.state, p.products = memory[:p.depth], memory[p.depth:]
	clear(p.state)
	clear(p.weights)
	for g := range gates {
		for panel := range p.panels {
			first := panel * p.width
			to := p.weights[(g*p.panels+panel)*p.depth*p.width:]
			p.isa.Deinterleave(to, p.width, weights[(g*hidden+first)*hidden:], hidden, hidden, min(p.width, hidden-first))
		}
	}
	return p
}

// multiply writes the products of the state with gates from..to.
func (p *recaller) multiply(out, state []float32, from, to int) {
	copy(p.state, state)
	lanes := p.isa.Block()
	for g := from; g < to; g++ {
		for panel := range p.panels {
			w := p.weights[(g*p.panels+panel)*p.depth*p.width:][:p.depth*p.width]
			c := p.products[panel*p.width:]
			for k := 0; k < p.depth; k += chainTerms {
				n := min(chainTerms, p.depth-k)
				p.isa.GemmNCHWc(c, lanes, p.state[k:], lanes, w[k*p.width:], nil, n, 1, 2, k > 0)
			}
		}
		copy(out[(g-from)*p.hidden:][:p.hidden], p.products)
	}
}
