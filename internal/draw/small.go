package draw

import (
	"context"
	"errors"
	"slices"
	"strings"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// For makes the figure of a layer as the user described it, and says what it shows in its place, if it does. On a slide, letters that
// could not be read from the back row first grow, then fewer channels and positions are drawn and, as the last resort, the layer is
// drawn as it was asked for and these letters are left out, which the figure says.
func For(ctx context.Context, s layer.Spec, o Options) (f *Figure, note string, err error) {
	if Gated(s.Variant) && o.Data.Path != "" { // the data's shape is the layer's
		if s, o.Gates, err = o.Data.Gates(ctx, s); err != nil {
			return nil, "", err
		}
	}
	f, note, err = o.figure(ctx, s)
	if o.For != drawing.Slide {
		return f, note, err
	}
	for i := 1; i < len(within) && err == nil && !f.readable(); i++ {
		less := o
		less.limits = &within[i]
		g, said, err := less.figure(ctx, s)
		if err != nil {
			break // the layer cannot be built with less
		}
		if said != note && (g.readable() || g.smallest() > f.smallest()) {
			f, note = g, said
		}
	}
	if err == nil && !f.readable() {
		o.bare = true
		return o.figure(ctx, s)
	}
	return f, note, err
}

// figure makes the figure of a layer within the limits.
func (o Options) figure(ctx context.Context, s layer.Spec) (f *Figure, note string, err error) {
	small, note, err := Small(s, o)
	if err != nil {
		return nil, "", err
	}
	r, err := shape.OfSpec(small)
	if err != nil {
		return nil, "", err
	}
	if err := o.gated(ctx, s, small); err != nil {
		return nil, "", err
	}
	if o.Note = note; note != "" && s.Input != nil {
		if asked, err := shape.OfSpec(s); err == nil {
			o.Asked = &asked
		}
	}
	f, err = New(r, o)
	return f, note, err
}

// Small completes a spec for drawing: without an input it takes one that shows the variant well, large inputs become small
// ones of the same kernel, stride and kind, and keys whose cells would be dust become ones that can be seen. note says what
// was replaced, for the reader; it is empty where nothing was.
func Small(s layer.Spec, o Options) (small layer.Spec, note string, err error) {
	v, known := layer.VariantNamed(s.Variant)
	if !known {
		_, err := layer.Build(s)
		return s, "", err
	}
	var said []string
	sliced := s.Dims == 3 && slices.Contains(v.Dims, 3)
	if sliced {
		if s.Input != nil { // what is wrong is the volume's fault, and not its slice's
			if _, err := shape.OfSpec(s); err != nil {
				return s, "", err
			}
		}
		if s, err = slice(s); err != nil {
			return s, "", err
		}
		said = append(said, lang.Text("a slice of the volume: depth is not drawn"))
	}
	for step := 0; ; step++ {
		var sizes string
		if small, sizes, err = smaller(s, o); err == nil {
			if sizes != "" {
				said = append(said, sizes)
			}
			return small, strings.Join(said, lang.Text("; ")), nil
		}
		var dust *dust
		// One key tamed may not go with the others as they are: then it is their turn.
		if o.Scene != nil || step == 0 && !sliced && !errors.As(err, &dust) {
			return s, "", err
		}
		for ; step < len(tamers); step++ { // the next key that can be tamed
			if text := tamers[step](&s); text != "" {
				said = append(said, text)
				break
			}
		}
		if step == len(tamers) {
			return s, "", err
		}
	}
}

// smaller is Small with the keys as they are; a *dust error is a layer that other keys would make fit to be seen.
func smaller(s layer.Spec, o Options) (small layer.Spec, note string, err error) {
	if s.Input == nil {
		if s, err = withExample(s); err != nil {
			return s, "", err
		}
	}
	l, err := layer.Build(s)
	if err != nil {
		return s, "", err
	}
	if _, err := shape.Of(l); err != nil {
		return s, "", err
	}
	asked := l.Input
	if !figureOf(s.Variant).whole && o.Scene == nil { // a scene has its size
		whole := l.Input
		if s, err = shrink(s, l, o); err != nil {
			return s, "", err
		}
		s = grown(s, whole)
	}
	if l, err = layer.Build(s); err != nil {
		return s, "", err
	}
	r, err := shape.Of(l)
	if err != nil {
		return s, "", err
	}
	if err := drawable(r, o); err != nil {
		return s, "", err
	}
	if layer.FormatShape(asked) != layer.FormatShape(l.Input) {
		note = lang.Sprintf("drawn on %s in place of %s", layer.FormatShape(l.Input[1:]), layer.FormatShape(asked[1:]))
	}
	return s, note, nil
}

// limits are how much of a layer is drawn.
type limits struct {
	cells    int // of an input side that is drawn as it is
	few      int // of a longer one, unless the kernel needs more
	channels int // that are drawn one by one
	numbered int // the same of planes with numbers
}

// within are the limits, the usual ones and those of slides on which less is more.
var within = []limits{{12, 7, mostChannels, 6}, {9, 6, 6, 4}, {6, 5, 4, 4}, {5, 4, 4, 2}, {4, 3, 2, 2}}

// most are the limits of a figure.
func (o Options) most() limits {
	if o.limits != nil {
		return *o.limits
	}
	return within[0]
}

const (
	roomyCells   = 24 // of a plane with regions on it
	mostChannels = 8  // that are drawn one by one
	mostNodes    = 64 // of squeeze-and-excitation, which are small
	fewNodes     = 32 // of more
	mostSide     = 64 // cells of any side, beyond which a figure is dust
	sceneSide    = 64 // the same of a picture
)

// shrink makes the input small: the batch 1, as many positions as show three outputs, channels that divide as before.
func shrink(s layer.Spec, l layer.Layer, o Options) (layer.Spec, error) {
	in := append([]int{}, l.Input...)
	in[0] = 1
	if v, _ := layer.VariantNamed(l.Variant); v.Regions {
		shrinkPlane(in)
		s.Input, s.ROIs = in, shrinkROIs(l, in)
		return s, nil
	}
	for i := 2; i < len(in); i++ {
		if in[i] > o.most().cells && !figureOf(l.Variant).nodes { // nodes stand for planes of any size
			in[i] = min(in[i], max(o.most().few, cellsFor(l, i-2)))
		}
	}
	s.Input = in
	c, out, most := in[1], l.OutChannels, o.most().channels
	if o.Numbers {
		most = o.most().numbered
	}
	if figureOf(l.Variant).nodes { // rows of nodes
		if c <= mostNodes && l.Stages[1].Op.(layer.Linear).Out <= mostNodes {
			return s, nil
		}
		most = 0
	}
	if c <= most && out <= most {
		return s, nil
	}
	few := figureOf(l.Variant).small
	if few == nil {
		few = func(s *layer.Spec, l layer.Layer, in []int) { fewGrouped(s, l, in, most) }
	}
	few(&s, l, in)
	return s, nil
}

func fewGrouped(s *layer.Spec, l layer.Layer, in []int, most int) {
	g := min(max(1, l.Groups), 4)
	few := max(min(2, l.Input[1]/max(1, l.Groups)), most/2/g) // a group of one channel would be a depthwise convolution's
	in[1], s.OutChannels = g*few, g*few
	if l.Groups > 1 {
		s.Groups = g
	}
}

func fewSqueezed(s *layer.Spec, l layer.Layer, in []int) {
	hidden := l.Stages[1].Op.(layer.Linear).Out
	c := in[1]
	in[1] = min(c, fewNodes)
	s.Reduction, s.Hidden = 0, min(max(1, hidden*in[1]/c), mostNodes)
}

func fewDepthwise(s *layer.Spec, l layer.Layer, in []int) {
	in[1] = 4
	s.Groups, s.OutChannels = 0, 0
	if s.Given("groups") || s.Given("out-channels") {
		s.Groups, s.OutChannels = 4, 4*l.Multiplier
	}
}

func fewSeparable(s *layer.Spec, l layer.Layer, in []int) {
	in[1], s.OutChannels = min(in[1], 4), min(l.OutChannels, 6)
}

func fewDeformable(s *layer.Spec, _ layer.Layer, in []int) {
	in[1], s.OutChannels, s.Groups, s.OffsetGroups = 1, 1, 1, 1
}

// grown is a shrunken layer with as many more positions as it takes to build it, up to those of the whole.
func grown(s layer.Spec, whole []int) layer.Spec {
	for {
		if _, err := shape.OfSpec(s); err == nil {
			return s
		}
		in, before := slices.Clone(s.Input), slices.Clone(s.Input)
		for i := 2; i < len(in); i++ {
			in[i] = min(whole[i], in[i]+max(1, in[i]/4))
		}
		if slices.Equal(in, before) {
			return s
		}
		s.Input = in
	}
}

// cellsFor is an input extent that makes at least three outputs.
func cellsFor(l layer.Layer, axis int) int {
	if v, _ := layer.VariantNamed(l.Variant); len(l.Kernel) <= axis || v.Enlarges {
		return 4
	}
	return shape.Effective(l.Kernel[axis], l.Dilation[axis]) + 2*l.Stride[axis]
}

// shrinkPlane makes a plane for regions small, one channel of the same proportions: its bins need room.
func shrinkPlane(in []int) {
	in[1] = 1
	most := max(in[2], in[3])
	for i := 2; i < 4 && most > roomyCells; i++ {
		in[i] = max(1, (in[i]*roomyCells+most/2)/most)
	}
}

// shrinkROIs scales the first region with the input.
func shrinkROIs(l layer.Layer, in []int) []layer.ROI {
	if len(l.ROIs) == 0 {
		return nil
	}
	fy, fx := float64(in[2])/float64(l.Input[2]), float64(in[3])/float64(l.Input[3])
	r := l.ROIs[0]
	return []layer.ROI{{X0: r.X0 * fx, Y0: r.Y0 * fy, X1: r.X1 * fx, Y1: r.Y1 * fy}}
}
