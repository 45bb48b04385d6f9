package problem

// Chain is consecutive stages of a layer, activations already folded into the Lo and Hi of the stage before (so a
// separable block with activations is two problems). Padding modes are as the layer has them: a fusion that pads with
// zeros alone declines p.NeedsPadding().
type Chain struct {
	Problems []*Problem
	// From says where each input of each problem comes from: i >= 0 is the result of Problems[i], -1-k is in[k] of the
	// runner. The runner's inputs are numbered in the order in which the problems first read them.
	From [][]int
}

// First cuts a chain to n stages.
func (c Chain) First(n int) *Chain { return &Chain{c.Problems[:n], c.From[:n]} }

// Inputs is the number of arrays that the chain's runner reads.
func (c *Chain) Inputs() int {
	n := 0
	for _, from := range c.From {
		for _, f := range from {
			n = max(n, -f)
		}
	}
	return n
}
