package gradient

import (
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// deforming is a deformable convolution (Dai et al. 2017): its values, of which the mask may be None, and its groups.
type deforming struct {
	x, offset, mask, weight int
	groups, offsetGroups    int
}

// stageDeformable is the primitive, whose data are x, offset and perhaps a mask.
func stageDeformable(b *backward, in *network.Instruction) (int, error) {
	op := in.Attributes["stage"].(layer.Stage).Op.(layer.Deformable)
	data := whole(in, "inputs", 2)
	d := deforming{x: in.In[0], offset: in.In[1], mask: network.None, weight: in.In[data], groups: max(1, op.Groups), offsetGroups: max(1, op.OffsetGroups)}
	if data > 2 {
		d.mask = in.In[2]
	}
	if op.Padding.Auto != layer.Explicit {
		return 0, unknown(lang.Text("with a padding that follows from the sizes"))
	}
	w := window{kernel: op.Kernel, stride: op.Stride, dilation: op.Dilation, begin: make([]int, 2)}
	for a, p := range op.Padding.Pairs {
		w.begin[a] = p.Begin
	}
	return b.deformed(d, w, b.shape(in.Out[0]))
}

// deformConv is ONNX's operator: x, weight, offset, bias, mask.
func deformConv(b *backward, in *network.Instruction) (int, error) {
	d := deforming{x: in.In[0], weight: in.In[1], offset: in.In[2], mask: network.None, groups: whole(in, "group", 1), offsetGroups: whole(in, "offset_group", 1)}
	if len(in.In) > 4 {
		d.mask = in.In[4]
	}
	return b.deformed(d, windowOf(in, b.shape(d.weight)[2:], b.shape(d.x), b.shape(in.Out[0])), b.shape(in.Out[0]))
}

// deformed is the product of the weights and the samples, without a bias; out is N x O x H x W. Channels that share their offsets are an
// image of their own.
func (b *backward) deformed(d deforming, w window, out []int) (int, error) {
	s := b.shape(d.x)
	if len(s) != 4 {
		return 0, unknown(lang.Text("but for planes"))
	}
	taps, positions, images := w.kernel[0]*w.kernel[1], out[2]*out[3], s[0]*d.offsetGroups
	lined := []int{images, 1, taps * positions}
	offsets := b.parts(b.reshape(d.offset, []int{images, taps, 2, positions}), 2, 1, 1)
	axes := make([][]tap, 2)
	for a := range axes {
		regular := make([]float32, taps*positions)
		for k := range taps {
			for p := range positions {
				tap, at := [2]int{k / w.kernel[1], k % w.kernel[1]}, [2]int{p / out[3], p % out[3]}
				regular[k*positions+p] = float32(at[a]*w.stride[a] - w.begin[a] + tap[a]*w.dilation[a])
			}
		}
		axes[a] = b.linear(b.plus(b.reshape(offsets[a], lined), b.constant(tensor.ArrayOf(regular, 1, 1, taps*positions))))
		for i := range axes[a] {
			b.zeros(&axes[a][i], s[2+a])
		}
	}
	samples, err := b.corners(b.reshape(d.x, []int{images, s[1] / d.offsetGroups, s[2], s[3]}), axes)
	if err != nil {
		return 0, err
	}
	sum := b.total(samples)
	if d.mask != network.None {
		sum = b.mul(sum, b.reshape(d.mask, lined))
	}
	per := s[1] / d.groups * taps
	weights := b.reshape(d.weight, []int{d.groups, out[1] / d.groups, per})
	return b.reshape(b.times(weights, b.reshape(sum, []int{s[0], d.groups, per, positions})), out), nil
}
