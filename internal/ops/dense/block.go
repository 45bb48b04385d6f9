package dense

import "convx/internal/ops/problem"

// Block is a depthwise convolution between two 1x1 convolutions, of which one may be missing: an inverted residual, a
// separable convolution, or the part of a block before its squeeze-and-excitation.
type Block struct {
	Depthwise       problem.Convolution
	Weights, Bias   []float32         // of the depthwise convolution; Bias may be nil
	Activate        func(y []float32) // what follows it, in place; may be nil
	Expand, Project *Pointwise
	Channels        int  // of the input
	Residual        bool // the input is added to the output, which is then kept within
	Lo, Hi          float32
}

// Pointwise is a 1x1 convolution: Out x channels weights, and perhaps a bias and an activation, which is a range, a function,
// or one after the other.
type Pointwise struct {
	Weights, Bias []float32
	Out           int
	Lo, Hi        float32
	Activate      func(y []float32) // in place; may be nil
}

// Frame is a block without its convolutions, whose weights are packed: what it does to what they make.
type Frame struct {
	Activate func(y []float32)
	Channels int
	Outs     int // channels of the output
	Residual bool
	Lo, Hi   float32
}

// Frame is that of a block.
func (b *Block) Frame() Frame {
	f := Frame{b.Activate, b.Channels, b.Depthwise.C, b.Residual, b.Lo, b.Hi}
	if b.Project != nil {
		f.Outs = b.Project.Out
	}
	return f
}
