package layer

import (
	"slices"

	"convx/internal/lang"
)

// Kind names a primitive operator. Each kind has one rule in internal/shape, one in internal/flops and one in
// internal/ops, in files of the same name.
type Kind string

// The primitives.
const (
	KindConv       = Kind(lang.Key("conv"))
	KindTransposed = Kind(lang.Key("transposed"))
	KindDeformable = Kind(lang.Key("deformable"))
	KindPool       = Kind(lang.Key("pool"))
	KindLinear     = Kind(lang.Key("linear"))
	KindActivation = Kind(lang.Key("activation"))
	KindScale      = Kind(lang.Key("scale"))
	KindAdd        = Kind(lang.Key("add"))
	KindConcat     = Kind(lang.Key("concat"))
	KindResize     = Kind(lang.Key("resize"))
	KindROIPool    = Kind(lang.Key("roi-pool"))
	KindNorm       = Kind(lang.Key("norm"))

	KindDepthToSpace = Kind(lang.Key("depth-to-space"))
)

// primitive is what is known of a primitive beside its rules.
type primitive struct {
	kind       Kind
	multiplies bool // it is sums of its input times weights
	weighted   bool // it has weights
	joins      bool // its inputs meet position by position
}

var primitives = []primitive{
	{kind: KindConv, multiplies: true, weighted: true},
	{kind: KindTransposed, multiplies: true, weighted: true},
	{kind: KindDeformable, multiplies: true, weighted: true},
	{kind: KindPool},
	{kind: KindLinear, multiplies: true, weighted: true},
	{kind: KindActivation},
	{kind: KindScale, joins: true},
	{kind: KindAdd, joins: true},
	{kind: KindConcat, joins: true},
	{kind: KindResize},
	{kind: KindROIPool},
	{kind: KindNorm, weighted: true},
	{kind: KindDepthToSpace},
}

// Kinds lists every primitive; tests walk it to find a missing rule.
func Kinds() []Kind {
	kinds := make([]Kind, len(primitives))
	for i, p := range primitives {
		kinds[i] = p.kind
	}
	return kinds
}

// Multiplies reports whether a primitive is sums of its input times weights: what MACs are counted of, and what algorithms differ in.
func (k Kind) Multiplies() bool {
	return slices.ContainsFunc(primitives, func(p primitive) bool { return p.kind == k && p.multiplies })
}

// Weighted reports whether a primitive has weights.
func (k Kind) Weighted() bool {
	return slices.ContainsFunc(primitives, func(p primitive) bool { return p.kind == k && p.weighted })
}

// Joins reports whether the inputs of a primitive meet position by position.
func (k Kind) Joins() bool {
	return slices.ContainsFunc(primitives, func(p primitive) bool { return p.kind == k && p.joins })
}

// Op is the parameters of one primitive. Ops are plain values: comparing or copying them is safe as long as the
// slices in them are not written to, and nobody writes to them.
type Op interface {
	Kind() Kind
	// weights gives the operands for inputs of these shapes, without a prefix.
	weights(in [][]int) []Operand
}

// Window is the geometry that sliding operators share: one entry per spatial axis.
type Window struct {
	Kernel, Stride, Dilation []int
	Padding                  Padding
}

// Conv is cross-correlation: N x C x in -> N x OutChannels x out. Groups splits the channels into that many
// independent convolutions; Groups = C is depthwise. Inputs: x. Operands: weight, bias.
type Conv struct {
	Window
	PadMode     PadMode
	OutChannels int
	Groups      int
	Bias        bool
}

// Transposed is the gradient of Conv with respect to its input, used as an upsampler: each input element is
// multiplied by the whole kernel and added into the output. Inputs: x. Operands: weight (I x O/groups x kernel), bias.
type Transposed struct {
	Window
	OutputPadding []int
	OutChannels   int
	Groups        int
	Bias          bool
}

// Deformable samples each tap of a 2-D convolution at an offset of its own (Dai et al. 2017, "Deformable
// Convolutional Networks"); Modulated (Zhu et al. 2019, v2) multiplies each sample by a mask. Inputs: x, offset
// (N x 2*OffsetGroups*Kh*Kw x Oh x Ow: per group and tap, dy then dx), mask (N x OffsetGroups*Kh*Kw x Oh x Ow) if modulated.
type Deformable struct {
	Conv
	OffsetGroups int
	Modulated    bool
}

// Pool takes the maximum or the average of a window, channel by channel.
type Pool struct {
	Window
	Func PoolFunc
	// Global pools each whole plane to 1x1 (Window is then empty); Adaptive pools to that output size.
	Global   bool
	Adaptive []int
	// CeilMode rounds the output size up, as long as the last window starts inside the input or its begin padding.
	CeilMode bool
	// CountPadding divides averages by the whole window rather than by its part inside the input.
	CountPadding bool
}

// PoolFunc is what a pool computes.
type PoolFunc string

// The pools.
const (
	MaxPool     PoolFunc = "max"
	AveragePool PoolFunc = "average"
)

// Linear is a fully connected layer over all non-batch axes: N x (...) -> N x Out. Operands: weight (Out x In), bias.
type Linear struct {
	Out  int
	Bias bool
}

// Activation applies a function to each element.
type Activation struct{ Func string }

// Scale multiplies x (N x C x spatial) by one factor per sample and channel (N x C). Inputs: x, factors.
type Scale struct{}

// Add is the element-wise sum of its inputs.
type Add struct{}

// Concat joins its inputs along the channels.
type Concat struct{}

// Resize is bilinear (linear, trilinear) resampling by a factor per spatial axis, with half-pixel centres, as
// PyTorch's interpolate(align_corners=False) and ONNX's half_pixel. Nearest takes the nearest sample instead.
// Size, if not nil, is the output size itself.
type Resize struct {
	Scale   []float64
	Size    []int
	Nearest bool
}

// ROIPool averages Pooled[0] x Pooled[1] bins of each region of interest, sampled bilinearly at
// SamplingRatio x SamplingRatio points a bin, aligned as in RoIAlign (He et al. 2017). With Deform, each bin is moved
// by Gamma times the RoI's size times its offset (Dai et al. 2017). Inputs: x (N x C x H x W), rois (R x 5: batch
// index, x0, y0, x1, y1) and, with Deform, offset (R x 2 x P x P; plane 0 is x, plane 1 is y). Output: R x C x P x P.
type ROIPool struct {
	Pooled        []int
	ROIs          int
	SamplingRatio int
	SpatialScale  float64
	Gamma         float64
	Deform        bool
}

// Norm is a normalisation at inference: "batch" is a scale and a shift per channel (foldable into a convolution);
// "layer", "instance" and "group" (Size groups) compute statistics; "lrn" is AlexNet's local response normalisation over Size channels.
type Norm struct {
	Func   string
	Affine bool
	Size   int
}

// DepthToSpace lays Block[0] x Block[1] x ... planes into one of that many times the pixels: channel c*prod(Block) + k of
// the input holds pixel k of every block, blocks row-major, of output channel c, as PyTorch's PixelShuffle and ONNX's mode
// CRD (Shi et al. 2016). Inputs: x.
type DepthToSpace struct{ Block []int }

// Kind implements Op, as do the methods below.
func (Conv) Kind() Kind       { return KindConv }
func (Transposed) Kind() Kind { return KindTransposed }
func (Deformable) Kind() Kind { return KindDeformable }
func (Pool) Kind() Kind       { return KindPool }
func (Linear) Kind() Kind     { return KindLinear }
func (Activation) Kind() Kind { return KindActivation }
func (Scale) Kind() Kind      { return KindScale }
func (Add) Kind() Kind        { return KindAdd }
func (Concat) Kind() Kind     { return KindConcat }
func (Resize) Kind() Kind     { return KindResize }
func (ROIPool) Kind() Kind    { return KindROIPool }
func (Norm) Kind() Kind       { return KindNorm }

func (DepthToSpace) Kind() Kind { return KindDepthToSpace }
