package layer

// Geometry is a sliding operator on one input, with every number resolved: what a Window comes to. Always three spatial axes
// D, H, W: extent 1, kernel 1 in front of those of 1-D and 2-D problems. Input is N x C x In, output N x O x Out.
type Geometry struct {
	N, C, O, Groups          int // samples, input channels, output channels, groups
	In, Out                  [3]int
	Kernel, Stride, Dilation [3]int
	Pads                     [3]Pad // a transposed convolution takes these off instead
	PadMode                  PadMode
}

// Taps is the number of kernel positions.
func (g *Geometry) Taps() int { return g.Kernel[0] * g.Kernel[1] * g.Kernel[2] }

// InPlane and OutPlane are the spatial sizes in elements.
func (g *Geometry) InPlane() int  { return g.In[0] * g.In[1] * g.In[2] }
func (g *Geometry) OutPlane() int { return g.Out[0] * g.Out[1] * g.Out[2] }

// GroupIn and GroupOut are the input and output channels of one group.
func (g *Geometry) GroupIn() int  { return g.C / g.Groups }
func (g *Geometry) GroupOut() int { return g.O / g.Groups }

// Pointwise reports whether each output pixel reads the input pixel of the same index and no other.
func (g *Geometry) Pointwise() bool {
	return g.Taps() == 1 && g.Pads[0].Begin|g.Pads[1].Begin|g.Pads[2].Begin == 0 && g.Stride == [3]int{1, 1, 1} && g.In == g.Out
}

// MACs is the multiply-accumulates of a convolution's definition, padded taps included, in floating point so that it cannot
// overflow.
func (g *Geometry) MACs() float64 {
	return float64(g.N) * float64(g.O) * float64(g.GroupIn()) * float64(g.Taps()) * float64(g.OutPlane())
}
