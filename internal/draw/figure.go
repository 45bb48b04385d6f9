package draw

import (
	"image/color"
	"slices"
	"strings"

	"convx/internal/drawing"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/shape"
)

// Options choose what a figure shows.
type Options struct {
	Numbers bool   // small whole numbers in the cells, and the arithmetic of the current output
	Seed    uint64 // of the numbers and of offsets
	// Asked, if not nil, is the large layer in whose place a small one is drawn: costs are its own.
	Asked *shape.Result
	Scene *Scene // real data, if not nil
}

// Scene is real data in the cells of a figure, in place of a schema.
type Scene struct {
	Input, Output func(y, x int) color.NRGBA
	// Offset is, of a deformable layer, how far a tap of an output is moved, in cells, and what part of it counts.
	Offset func(tap, row, col int) (dy, dx, mask float64)
	// Caption says what the data are.
	Caption string
}

// Figure is a layer as a sequence of drawings of one size.
type Figure struct {
	title    string
	ruler    drawing.Ruler
	panels   []panel
	captions []string
	// arithmetic, if not nil, is one more caption for each frame.
	arithmetic func(frame int) string
	frames     int
	still      int // the frame that stands for all
	// wide and lines are what the captions of any frame take: all frames are of one size.
	wide  float64
	lines int
}

// panel is one part of a figure, beside the others, with a label below.
type panel struct {
	w, h  float64
	label string
	paint func(d *drawing.Drawing, x, y float64, frame int)
}

const (
	margin      = 24
	panelGap    = 48
	titleSize   = 20
	labelSize   = 14
	captionSize = 14
	lineHeight  = 22
)

// New makes the figure of a layer.
func New(r shape.Result, o Options) (*Figure, error) {
	known, ok := figures.Get()[r.Layer.Variant]
	if !ok {
		return nil, layer.Errorf("no figure for %s", r.Layer.Variant)
	}
	if o.Numbers && !known.numbers {
		return nil, layer.Errorf("the figure of %s has no numbers", r.Layer.Variant).Hint("leave --numbers out")
	}
	if o.Scene != nil && (o.Numbers || !known.scene) {
		return nil, layer.Errorf("the figure of %s shows no picture", r.Layer.Variant).Hint("leave the picture and --filter out")
	}
	f, err := known.make(r, o)
	if err != nil {
		return nil, err
	}
	if o.Scene != nil {
		f.captions = append(f.captions, o.Scene.Caption)
		f.still = r.Output[2]*2/3*r.Output[3] + r.Output[3]/2 // much of the output is there
	}
	v, _ := layer.VariantNamed(r.Layer.Variant)
	f.title = known.title + " – " + strings.TrimPrefix(v.Summary, "squeeze-and-excitation: ")
	f.frames, f.ruler = max(1, f.frames), drawing.NewRuler()
	f.measure()
	return f, nil
}

// mostWide bounds the width that captions ask for; what is longer is wrapped.
const mostWide = 900

// measure finds the width and the lines of captions that the largest frame needs.
func (f *Figure) measure() {
	f.wide = max(f.panelsWidth(), f.ruler.Width(titleSize, f.title))
	for i := range f.frames {
		for _, c := range f.captionsOf(i) {
			f.wide = max(f.wide, min(f.ruler.Width(captionSize, c), mostWide))
		}
	}
	for i := range f.frames {
		lines := 0
		for _, c := range f.captionsOf(i) {
			lines += len(f.ruler.Wrap(c, captionSize, f.wide))
		}
		f.lines = max(f.lines, lines)
	}
}

func (f *Figure) panelsWidth() (width float64) {
	for k, p := range f.panels {
		if k > 0 {
			width += panelGap
		}
		width += max(p.w, f.ruler.Width(labelSize, p.label))
	}
	return width
}

// captionsOf are the lines under a frame, before they are wrapped.
func (f *Figure) captionsOf(frame int) []string {
	if f.arithmetic == nil {
		return f.captions
	}
	return append(slices.Clone(f.captions), f.arithmetic(frame))
}

// figure is how a variant is drawn.
type figure struct {
	title string
	make  func(shape.Result, Options) (*Figure, error)
	// numbers says that an output is a sum, or a choice, that fits on a line; scene that the variant can be drawn on a picture,
	// as those of one window can; coarse that no cells are drawn, so that any extent fits; whole that channels are drawn as they
	// are too, as blocks of any size.
	numbers, scene, coarse, whole bool
	// small makes channels few: in are the input's. Nil keeps the groups in proportion.
	small func(s *layer.Spec, l layer.Layer, in []int)
}

// figures has a row for every variant.
var figures = lazy.Value[map[string]figure]{Make: func() map[string]figure {
	window := func(title string) figure { return figure{title: title, make: windowFigure, numbers: true, scene: true} }
	pool := func(title string) figure { return figure{title: title, make: poolFigure, numbers: true, scene: true} }
	depthwise := window("Depthwise convolution")
	depthwise.small = fewDepthwise
	return map[string]figure{
		"standard":          window("Standard convolution"),
		"pointwise":         window("Pointwise convolution"),
		"grouped":           window("Grouped convolution"),
		"depthwise":         depthwise,
		"separable":         {title: "Separable convolution", make: separableFigure, coarse: true, small: fewSeparable},
		"inverted-residual": {title: "Inverted residual", make: residualFigure, coarse: true, whole: true},
		"transposed":        {title: "Transposed convolution", make: transposedFigure, numbers: true, scene: true},
		"dilated":           {title: "Dilated convolution", make: dilatedFigure, numbers: true, scene: true},
		"deformable":        {title: "Deformable convolution", make: deformableFigure, scene: true, small: fewDeformable},
		"deform-roi-pool":   {title: "Deformable RoI pooling", make: roiFigure},
		"se":                {title: "Squeeze-and-excitation", make: seFigure, coarse: true, small: fewSqueezed},
		"resize-conv":       {title: "Resize-convolution", make: resizeFigure},
		"sub-pixel":         {title: "Sub-pixel convolution", make: subPixelFigure},
		"mbconv":            {title: "MBConv", make: residualFigure, coarse: true, whole: true},
		"max-pool":          pool("Max pooling"),
		"average-pool":      pool("Average pooling"),
	}
}}

// figureOf is a variant's row, empty where there is none.
func figureOf(variant string) figure { return figures.Get()[variant] }

// Frames is the number of frames.
func (f *Figure) Frames() int { return f.frames }

// Still is the frame that a picture without motion shows.
func (f *Figure) Still() *drawing.Drawing { return f.Frame(f.still) }

// Frame draws one frame.
func (f *Figure) Frame(i int) *drawing.Drawing {
	width, height := f.panelsWidth(), 0.0
	for _, p := range f.panels {
		height = max(height, p.h)
	}
	d := &drawing.Drawing{Width: f.wide + 2*margin}
	d.Text(margin, margin+titleSize/2, titleSize, drawing.Left, ink, f.title)
	top := margin + titleSize + 22.0
	x := margin + (f.wide-width)/2
	for _, p := range f.panels {
		w := max(p.w, f.ruler.Width(labelSize, p.label))
		p.paint(d, x+(w-p.w)/2, top+(height-p.h)/2, i)
		d.Text(x+w/2, top+height+20, labelSize, drawing.Center, muted, p.label)
		x += w + panelGap
	}
	y := top + height + 52
	for _, c := range f.captionsOf(i) {
		for _, line := range f.ruler.Wrap(c, captionSize, f.wide) {
			d.Text(margin, y, captionSize, drawing.Left, ink, line)
			y += lineHeight
		}
	}
	d.Height = top + height + 52 + float64(f.lines)*lineHeight + margin - lineHeight/2
	return d
}
