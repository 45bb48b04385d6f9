package swap

import (
	"slices"
	"strconv"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/shape"
)

// convolution describes a node that could be exchanged, every key filled in, on the input that it reads; ok is false for nodes
// that are none.
func convolution(n *network.NodeResult) (s layer.Spec, ok bool) {
	if len(n.Inputs) == 0 || n.Uncounted || len(n.Inputs[0]) < 3 {
		return s, false
	}
	switch op := n.Node.Op.(type) {
	case *network.Variant:
		v, _ := layer.VariantNamed(op.Spec.Variant)
		if !v.Has("out-channels") {
			return s, false
		}
		s = op.Spec
	case *network.Primitive:
		if s, ok = network.SpecOf(op.Op, n.Inputs[0]); !ok {
			return s, false
		}
	default:
		return s, false
	}
	s.Input, s.Dims = n.Inputs[0], len(n.Inputs[0])-2
	l, err := layer.Build(s)
	if err != nil {
		return s, false
	}
	return l.Spec, true
}

// builder puts a replacement together: keys that the rule gives stay as they are, keys that the variant does not read are left.
type builder struct {
	spec layer.Spec
	v    layer.Variant
	err  error
}

func (b *builder) set(key, value string) {
	if b.err == nil && b.v.Has(key) && !b.v.Fixes(key) && !b.spec.Given(key) {
		b.err = b.spec.Set(key, value)
	}
}

// replacement is the variant that takes the place of a convolution: with its channels, stride and output size.
func (r Rule) replacement(n *network.NodeResult, was layer.Spec) (layer.Spec, error) {
	v, _ := layer.VariantNamed(r.into.Variant)
	b := builder{spec: layer.Spec{Variant: v.Name, Dims: was.Dims, Input: was.Input}, v: v}
	for _, s := range r.into.Own {
		if err := b.spec.Set(s.Key, s.Value); err != nil {
			return b.spec, err
		}
	}
	b.set("bias", strconv.FormatBool(!was.NoBias))
	if was.PadMode != "" && was.PadMode != layer.PadZeros {
		b.set("pad-mode", string(was.PadMode))
	}
	if v.ChannelsFollow() {
		if was.OutChannels%was.Channels() != 0 {
			return b.spec, layer.Errorf("it makes %d channels of %d, and a %s convolution makes a multiple", was.OutChannels, was.Channels(), v.Name)
		}
		b.set("multiplier", strconv.Itoa(was.OutChannels/was.Channels()))
	} else {
		b.set("out-channels", strconv.Itoa(was.OutChannels))
		if was.Groups > 1 {
			b.set("groups", strconv.Itoa(was.Groups))
		}
	}
	if old, _ := layer.VariantNamed(was.Variant); v.Enlarges && v.Has("scale") && old.Enlarges && !old.Has("scale") {
		b.enlarge(n, was)
		return b.spec, b.err
	}
	b.set("kernel", layer.FormatInts(was.Kernel))
	b.set("stride", layer.FormatInts(was.Stride))
	b.set("output-padding", layer.FormatInts(was.OutputPadding))
	if v.Undilated == "" || slices.ContainsFunc(was.Dilation, func(d int) bool { return d > 1 }) {
		b.set("dilation", layer.FormatInts(was.Dilation))
	}
	b.pad(was)
	return b.spec, b.err
}

// enlarge fills in a resize-conv or a sub-pixel convolution in place of a transposed one: by its factor, with a window that
// keeps the size. The kernel is odd: a resize-conv's is the transposed one's or one less, a sub-pixel's what one phase of the
// transposed one sees or one more; at least 3.
func (b *builder) enlarge(n *network.NodeResult, was layer.Spec) {
	scale, kernel := make([]float64, was.Dims), make([]int, was.Dims)
	for i := range was.Dims {
		scale[i] = float64(n.Output[2+i]) / float64(n.Inputs[0][2+i])
		k := was.Kernel[i] - 1 + was.Kernel[i]%2
		if b.v.EnlargesLast {
			k = (was.Kernel[i] + was.Stride[i] - 1) / was.Stride[i]
			k += 1 - k%2
		}
		kernel[i] = max(3, k)
	}
	key, _ := layer.KeyNamed("scale")
	b.set("scale", key.Value(layer.Spec{Scale: scale}))
	b.set("kernel", layer.FormatInts(kernel))
	b.set("padding", string(layer.Same))
}

// pad chooses the padding with which the output keeps its size: as much as there was, and what the window has grown, half of it
// on either side.
func (b *builder) pad(was layer.Spec) {
	if auto := was.Padding.Auto; auto != layer.Explicit && auto != layer.Valid {
		b.set("padding", string(auto))
		return
	}
	built := b.spec
	if l, err := layer.Build(built); err == nil { // which fills in what the variant takes by default
		built = l.Spec
	}
	pairs := make([]layer.Pad, was.Dims)
	for i := range pairs {
		if i < len(was.Padding.Pairs) {
			pairs[i] = was.Padding.Pairs[i]
		}
		p, grown := &pairs[i], reach(built, i)-reach(was, i)
		p.Begin, p.End = p.Begin+grown/2, p.End+grown-grown/2
		if p.Begin < 0 { // what is not there on one side is taken from the other
			p.Begin, p.End = 0, p.End+p.Begin
		}
		if p.End < 0 {
			p.Begin, p.End = max(0, p.Begin+p.End), 0 // a size that cannot be kept is found later
		}
	}
	b.set("padding", layer.Padding{Pairs: pairs}.String())
}

// reach is how many positions the window spans along an axis.
func reach(s layer.Spec, axis int) int {
	k, d := 1, 1
	if len(s.Kernel) > 0 {
		k = s.Kernel[min(axis, len(s.Kernel)-1)]
	}
	if len(s.Dilation) > 0 {
		d = s.Dilation[min(axis, len(s.Dilation)-1)]
	}
	return (k-1)*d + 1
}

// keeps demands that a spec makes the output that the node made.
func keeps(s layer.Spec, n *network.NodeResult) error {
	l, err := layer.Build(s)
	if err != nil {
		return err
	}
	got, err := shape.Of(l)
	if err != nil {
		return err
	}
	if !slices.Equal(got.Output, n.Output) {
		return lang.Errorf("it would make %s in place of %s", layer.FormatShape(got.Output), layer.FormatShape(n.Output))
	}
	return nil
}
