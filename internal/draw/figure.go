package draw

import (
	"cmp"
	"image/color"
	"slices"
	"strings"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/offset"
	"convx/internal/shape"
)

// Options choose what a figure shows.
type Options struct {
	Numbers bool   // small whole numbers in the cells, and the arithmetic of the current output
	Seed    uint64 // of the numbers and of offsets
	// Asked, if not nil, is the large layer in whose place a small one is drawn: costs are its own.
	Asked *shape.Result
	Scene *Scene // real data, if not nil
	// Data are what the factors of squeeze-and-excitation come from; Gates are those.
	Data  Data
	Gates *Gates
	For   drawing.Purpose
	// Offsets move the taps of a deformable layer, in place of drawn ones; several are drawn beside each other.
	Offsets []offset.Preset
	// Note says in large type what is shown in place of what was asked for.
	Note string
	// Stack are the dilations of a stack of dilated layers that is drawn in place of one, in the order in which data pass them.
	Stack []int
	// letters is the size of those in panels, of their usual one for the purpose; 0 is 1.
	letters float64
	// limits are how much is drawn; nil is the most. bare leaves out the letters that could not be read on a slide.
	limits *limits
	bare   bool
}

// grown is how many times larger than usual what holds letters in a panel is to be.
func (o Options) grown() float64 { return cmp.Or(o.letters, 1) }

// inside is the size of letters in a panel that are not in cells, of their usual one: they are smaller than captions, and to be read, too.
func (o Options) inside() float64 { return 1.5 * o.grown() }

// Scene is real data in the cells of a figure, in place of a schema.
type Scene struct {
	Input, Output func(y, x int) color.NRGBA
	// Offset is, of a deformable layer, how far a tap of an output is moved, in cells, and what part of it counts.
	Offset func(tap, row, col int) (dy, dx, mask float64)
	Terms  *Terms // the numbers behind the output, if not nil
	// Caption says what the data are.
	Caption string
}

// Figure is a layer as a sequence of drawings of one size.
type Figure struct {
	title    string
	is       string // what the title says of the layer; empty is the variant's summary
	note     string
	purpose  drawing.Purpose
	enough   float64 // pixels of captions on a slide, at most; 0: as many as the back row needs
	beside   bool    // the captions stand at the right of the panels
	inRow    int     // panels in a row; 0: all
	bare     bool    // letters in panels that could not be read are left out
	label    float64 // the width that labels of narrow panels are broken at, in sizes of their letters
	kind     float64 // the size of the letters, of their usual one
	ruler    drawing.Ruler
	panels   []panel
	captions []string
	// arithmetic, if not nil, is one more caption for each frame.
	arithmetic func(frame int) string
	frames     int
	columns    int // output positions in a row, where a frame is a position
	still      int // the frame that stands for all
	// wide, lines and longest are what the captions of any frame take: all frames are of one size.
	wide    float64
	lines   int
	longest float64 // of those lines
}

// panel is one part of a figure, beside the others, with a label below.
type panel struct {
	w, h  float64
	label string
	paint func(d *drawing.Drawing, x, y float64, frame int)
}

const (
	panelGap    = 48
	titleSize   = 20
	noteSize    = 18
	labelSize   = 14
	captionSize = 14
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
	ruler := drawing.NewRuler()
	f, err := known.laid(r, o, ruler)
	if err != nil {
		return nil, err
	}
	if o.bare {
		return known.barest(f, r, o, ruler)
	}
	// Letters in panels grow until they can be read, or until that makes all else so small that they do not.
	for now := f.smallest(); now < LeastLetters && o.grown() < mostGrown; {
		o.letters = o.grown() * min(1.5, 1.03*LeastLetters/now)
		larger, err := known.laid(r, o, ruler)
		if err != nil {
			return nil, err
		}
		size := larger.smallest()
		if size <= now+0.1 {
			break
		}
		f, now = larger, size
	}
	return f, nil
}

// mostGrown is how many times larger than usual the letters in panels become.
const mostGrown = 4

// barest makes the letters in panels as large as leaves out the fewest of them and the captions as they are to be.
func (known figure) barest(f *Figure, r shape.Result, o Options, ruler drawing.Ruler) (*Figure, error) {
	for lost := f.lost(); lost > 0; {
		o.letters = o.grown() * 1.2
		larger, err := known.laid(r, o, ruler)
		if err != nil || o.letters > mostGrown || larger.captionPixels() < LeastCaptions {
			return f, err
		}
		if now := larger.lost(); now < lost {
			f, lost = larger, now
		}
	}
	return f, nil
}

// laid makes a figure and lays it out.
func (known figure) laid(r shape.Result, o Options, ruler drawing.Ruler) (*Figure, error) {
	f, err := known.make(r, o)
	if err != nil {
		return nil, err
	}
	if o.Scene != nil || o.Numbers { // these are to be seen: sizes are in the labels
		sizes := formulas(r)
		f.captions = slices.DeleteFunc(f.captions, func(c string) bool { return slices.Contains(sizes, c) })
	}
	if o.Scene != nil {
		f.captions = append(f.captions, o.Scene.Caption)
		f.still = r.Output[2]*2/3*r.Output[3] + r.Output[3]/2 // much of the output is there
	}
	if f.columns == 0 && f.frames > 1 && f.frames == r.Output[len(r.Output)-1]*max(1, r.Output[len(r.Output)-2]) {
		f.columns = r.Output[len(r.Output)-1]
	}
	v, _ := layer.VariantNamed(r.Layer.Variant)
	if f.title == "" {
		f.title = lang.Text(known.title) + " – " + cmp.Or(f.is, strings.TrimPrefix(lang.Text(v.Summary), lang.Text("squeeze-and-excitation: ")))
	}
	if f.note, f.purpose = o.Note, o.For; o.bare {
		f.leaveOut()
	}
	f.frames, f.ruler = max(1, f.frames), ruler
	f.measure()
	return f, nil
}

// figure is how a variant is drawn.
type figure struct {
	title string
	make  func(shape.Result, Options) (*Figure, error)
	// numbers says that an output is a sum, or a choice, that fits on a line; scene that the variant can be drawn on a picture,
	// as those of one window can; coarse that no cells are drawn, so that any extent fits; whole that channels are drawn as they
	// are too, as blocks of any size; nodes that its channels are small ones.
	numbers, scene, coarse, whole, nodes bool
	// small makes channels few: in are the input's. Nil keeps the groups in proportion.
	small func(s *layer.Spec, l layer.Layer, in []int)
}

// figures has a row for every variant.
var figures = lazy.Value[map[string]figure]{Make: func() map[string]figure {
	window := func(title string) figure { return figure{title: title, make: windowFigure, numbers: true, scene: true} }
	pool := func(title string) figure { return figure{title: title, make: poolFigure, numbers: true, scene: true} }
	depthwise := window(lang.Key("Depthwise convolution"))
	depthwise.small = fewDepthwise
	return map[string]figure{
		"standard":          window(lang.Key("Standard convolution")),
		"pointwise":         window(lang.Key("Pointwise convolution")),
		"grouped":           window(lang.Key("Grouped convolution")),
		"depthwise":         depthwise,
		"separable":         {title: lang.Key("Separable convolution"), make: separableFigure, coarse: true, small: fewSeparable},
		"inverted-residual": {title: lang.Key("Inverted residual"), make: residualFigure, coarse: true, whole: true},
		"transposed":        {title: lang.Key("Transposed convolution"), make: transposedFigure, numbers: true, scene: true},
		"dilated":           {title: lang.Key("Dilated convolution"), make: dilatedFigure, numbers: true, scene: true},
		"deformable":        {title: lang.Key("Deformable convolution"), make: deformableFigure, scene: true, small: fewDeformable},
		"deform-roi-pool":   {title: lang.Key("Deformable RoI pooling"), make: roiFigure},
		"se":                {title: lang.Key("Squeeze-and-excitation"), make: seFigure, coarse: true, nodes: true, small: fewSqueezed},
		"resize-conv":       {title: lang.Key("Resize-convolution"), make: resizeFigure},
		"sub-pixel":         {title: lang.Key("Sub-pixel convolution"), make: subPixelFigure},
		"mbconv":            {title: lang.Key("MBConv"), make: residualFigure, coarse: true, whole: true},
		"max-pool":          pool(lang.Key("Max pooling")),
		"average-pool":      pool(lang.Key("Average pooling")),
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
	edge := f.edge()
	d := &drawing.Drawing{Width: f.wide + 2*edge, Height: f.height()}
	y := edge
	if f.title != "" {
		y = f.lettersAt(d, edge, y, titleSize, f.wide, ink, f.title)
	}
	if f.note != "" {
		y = f.lettersAt(d, edge, y+4, noteSize, f.wide, kernelDark, f.note)
	}
	if y > edge {
		y += 20
	}
	top := y
	line := labelSize * f.kind * lineFactor
	left, across := edge, f.wide
	if f.beside {
		across = f.panelsWidth()
		left += (f.captionWidth() - f.longest) / 2 // what short captions leave free is shared
	}
	for _, row := range f.rows() {
		height, labels := f.rowSize(row)
		x := left + (across-f.rowWidth(row))/2
		for _, p := range row {
			w := f.panelWidth(p)
			before := len(d.Marks)
			p.paint(d, x+(w-p.w)/2, y+(height-p.h)/2, i)
			if f.bare {
				d.Marks = slices.DeleteFunc(d.Marks, func(m drawing.Mark) bool { before--; return before < 0 && f.unreadable(d, m) })
			}
			for k, text := range f.labelLines(p) {
				d.Text(x+w/2, y+height+18+line/2+float64(k)*line, labelSize*f.kind, drawing.Center, muted, text)
			}
			x += w + panelGap
		}
		y += height + 30 + float64(labels)*line
	}
	if f.beside {
		y, left = top, left+across+panelGap
	}
	for _, c := range f.captionsOf(i) {
		y = f.lettersAt(d, left, y, captionSize, f.captionWidth(), ink, c)
	}
	return d
}

// lineFactor is the distance of lines, in sizes of their letters.
const lineFactor = 1.5

// lettersAt writes a text in lines of a width below (x, y), and gives the end of them.
func (f *Figure) lettersAt(d *drawing.Drawing, x, y, size, width float64, c color.NRGBA, text string) float64 {
	size *= f.kind
	for _, line := range f.ruler.Wrap(text, size, width) {
		d.Text(x, y+size*lineFactor/2, size, drawing.Left, c, line)
		y += size * lineFactor
	}
	return y
}
