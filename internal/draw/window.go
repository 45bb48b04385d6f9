package draw

import (
	"fmt"
	"image/color"
	"strings"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// windowFigure is the figure of a single convolution: the sliding window, and who sees whom among the channels.
func windowFigure(r shape.Result, o Options) (*Figure, error) {
	c := r.Layer.Stages[0].Op.(layer.Conv)
	g := geometryOf(r.Input, r.Output, c.Window, r.Stages[0].Pads)
	g.padMode = c.PadMode
	w := newWindow(g, r.Input[1], r.Output[1])
	w.scene, w.grown = o.Scene, o.grown()
	f := &Figure{frames: g.positions(), still: w.stillFrame(), captions: formulas(r)}
	many := r.Input[1]*r.Output[1] > 1
	switch {
	case o.Scene == nil && many:
		s := newCascade(w, r.Input[1], r.Output[1], c.Groups, o.grown())
		if o.Numbers {
			s.number(o.Seed, c.Bias)
			f.arithmetic = s.arithmetic
		}
		f.panels = []panel{s.placed()}
	case o.Numbers:
		w.numbers = newNumbers(g, o.Seed)
		if c.Bias {
			w.numbers.bias = biasOf(o.Seed)
		}
		w.cells, f.arithmetic = w.numbers, w.arithmetic
		f.panels = []panel{w.panel()}
	default:
		if o.Scene != nil && o.Scene.Terms != nil {
			products := productsPanel(g, o.Scene.Terms, o)
			f.panels, f.inRow = []panel{w.panel(), products}, 1
			f.arithmetic = func(frame int) string { return termsText(g, o.Scene.Terms, frame) }
			break
		}
		f.panels = []panel{w.panel()}
	}
	if many && o.Scene == nil {
		f.captions = append(f.captions, connections(r.Input[1], r.Output[1], c.Groups))
	}
	if !o.Numbers { // there the weights are to be seen
		f.captions = append(f.captions, weightsCaption(r.Input[1], r.Output[1], c))
	}
	return f, nil
}

// connections says how many pairs of channels see each other.
func connections(in, out, groups int) string {
	switch {
	case groups == 1:
		return lang.Sprintf("every output channel sees all %d input channels: %d × %d = %d kernels", in, in, out, in*out)
	case groups == in:
		return lang.Sprintf("every output channel sees one input channel: %d kernels", out)
	}
	return lang.Sprintf("%d groups: every output channel sees the %d input channels of its group: %d × %d / %d = %d kernels", groups, in/groups, in, out, groups, in*out/groups)
}

func weightsCaption(in, out int, c layer.Conv) string {
	taps, size := 1, ""
	for _, k := range c.Kernel {
		taps *= k
		size += fmt.Sprintf(" × %d", k)
	}
	if c.Groups == 1 {
		return lang.Sprintf("weights: %d × %d%s = %d", out, in, size, out*in*taps)
	}
	return lang.Sprintf("weights: %d × (%d/%d)%s = %d, of a standard convolution's %d", out, in, c.Groups, size, out*in/c.Groups*taps, out*in*taps)
}

// formulas are the output sizes with the numbers in them.
func formulas(r shape.Result) []string {
	var out []string
	for i, st := range r.Stages {
		prefix := ""
		if len(r.Stages) > 1 && len(st.Formulas) > 0 {
			prefix = r.Layer.Stages[i].Name + " "
		}
		seen := map[string]bool{}
		for _, f := range st.Formulas {
			if line := fmt.Sprintf("%s = %d", strings.ReplaceAll(f.Expression, "*", "×"), f.Value); !seen[line] {
				seen[line] = true
				axis := f.Axis
				if len(st.Formulas) == 2 && st.Formulas[0].Expression == st.Formulas[1].Expression {
					axis = "H, W"
				}
				out = append(out, prefix+axis+": "+line)
			}
		}
	}
	return out
}

// window is the sliding window: the padded input, the current taps, the output as far as it is computed.
type window struct {
	g             geometry
	input, output grid
	inPlanes      int
	outPlanes     int
	numbers       *numbers // of a kernel and what it makes, if not nil
	cells         values   // what stands in the cells, if not nil
	turned        bool     // the kernel, by half a turn
	// hole tells, if not nil, which cells inside the input are zeros between pixels.
	hole func(y, x int) bool
	// level gives, if not nil, the shade of a cell inside the input.
	level   func(y, x int) float64
	labels  [2]string
	pale    bool    // taps are not where the samples are
	letters float64 // the size of words, of their usual one; 0 where there are none
	grown   float64 // the same of signs
	// chosen tells, if not nil, whether a tap of an output is the one that it takes.
	chosen func(row, col, y, x int) bool
	scene  *Scene // what the cells hold, if not nil
}

func newWindow(g geometry, inPlanes, outPlanes int) *window {
	p := g.padded()
	cell := cellSize(max(p[0], p[1], g.out[0], g.out[1]))
	return &window{
		g: g, input: grid{p[0], p[1], cell}, output: grid{g.out[0], g.out[1], cell}, inPlanes: inPlanes, outPlanes: outPlanes,
		labels: [2]string{lang.Text("input"), lang.Text("output")}, grown: 1,
	}
}

// stillFrame is a position where the window is clear of corners: a third of the way down and across.
func (w *window) stillFrame() int { return w.g.out[0]/3*w.g.out[1] + w.g.out[1]/3 }

const windowGap = 64

func (w *window) panel() panel {
	width := w.input.width() + cardsDepth(w.inPlanes) + windowGap + w.output.width() + cardsDepth(w.outPlanes)
	if w.numbers != nil {
		width += w.kernelGrid().width() + windowGap
	}
	height := max(w.input.height()+cardsDepth(w.inPlanes), w.output.height()+cardsDepth(w.outPlanes))
	label := lang.Sprintf("%s %s, kernel %s", w.labels[0], planes(w.inPlanes, w.g.in), layer.FormatInts(w.g.kernel[:]))
	if w.g.begin != [2]int{} || w.g.end != [2]int{} {
		label += lang.Text(", padding dashed")
		if m := w.g.padMode; m != "" && m != layer.PadZeros {
			label += " (" + string(m) + ")"
		}
	}
	label += fmt.Sprintf(" → %s %s", w.labels[1], planes(w.outPlanes, w.g.out))
	return panel{w: width + 1, h: height + 1, label: label, paint: w.paint}
}

func planes(n int, size [2]int) string { return fmt.Sprintf("%dx%dx%d", n, size[0], size[1]) }

func (w *window) kernelGrid() grid { return grid{w.g.kernel[0], w.g.kernel[1], w.input.cell} }

func (w *window) arithmetic(frame int) string { return w.cells.sum(w.g.at(frame)) }

func (w *window) paint(d *drawing.Drawing, x, y float64, frame int) {
	row, col := w.g.at(frame)
	height := max(w.input.height()+cardsDepth(w.inPlanes), w.output.height()+cardsDepth(w.outPlanes))
	// Each stack stands in the middle of the height, its cards above its first plane.
	iy := y + (height+cardsDepth(w.inPlanes)-w.input.height())/2
	oy := y + (height+cardsDepth(w.outPlanes)-w.output.height())/2
	ox := x + w.input.width() + cardsDepth(w.inPlanes) + windowGap
	if w.numbers != nil {
		ky := y + (height-w.kernelGrid().height())/2
		w.paintKernel(d, ox, ky)
		ox += w.kernelGrid().width() + windowGap
	}
	if w.scene == nil { // a scene's channels are its colours
		w.input.cards(d, x, iy, w.inPlanes, func(int) color.NRGBA { return inputFill })
		w.output.cards(d, ox, oy, w.outPlanes, func(int) color.NRGBA { return outputFill })
	}
	w.input.paint(d, x, iy, func(r, c int) style { return w.inputStyle(row, col, r, c) })
	w.output.paint(d, ox, oy, func(r, c int) style { return w.outputStyle(row, col, r, c) })
	// The window, and its cell.
	cell := w.input.cell
	if w.scene != nil && !w.pale {
		w.paintTaps(d, x, iy, row, col)
	}
	rh, rw := w.g.reach()
	wx, wy := x+float64(col*w.g.stride[1])*cell, iy+float64(row*w.g.stride[0])*cell
	ww, wh := float64(rw)*cell+1, float64(rh)*cell+1
	if w.scene != nil { // seen on any picture
		d.Frame(wx-3, wy-3, ww+6, wh+6, 2, white)
	}
	d.Frame(wx-1, wy-1, ww+2, wh+2, 2.5, kernelDark)
	to := w.output.cell
	cx, cy := ox+float64(col)*to, oy+float64(row)*to
	beam := faint(kernelDark, 130)
	if w.cells == nil && w.scene == nil {
		d.Line(wx+ww, wy, cx, cy, 1.2, beam)
		d.Line(wx+ww, wy+wh, cx, cy+to, 1.2, beam)
	}
	d.Frame(cx-1, cy-1, to+3, to+3, 2.5, outputDark)
}

// paintTaps marks the taps of a window with gaps on a picture.
func (w *window) paintTaps(d *drawing.Drawing, x, y float64, row, col int) {
	if w.g.dilation == [2]int{1, 1} {
		return
	}
	for ky := range w.g.kernel[0] {
		for kx := range w.g.kernel[1] {
			ty, tx := w.g.tap(row, col, ky, kx)
			cx, cy := w.input.center(x, y, float64(ty), float64(tx))
			d.Circle(cx, cy, 0.35*w.input.cell, kernelDark, white)
		}
	}
}

func (w *window) paintKernel(d *drawing.Drawing, x, y float64) {
	g := w.kernelGrid()
	g.paint(d, x, y, func(r, c int) style {
		return style{fill: kernelFill, line: kernelDark, text: itoa(w.numbers.weight(r, c)), ink: ink}
	})
	if w.turned {
		d.Text(x+g.width()/2, y+g.height()+16*w.letters, 14*w.letters, drawing.Center, muted, lang.Text("turned by 180°"))
	}
	d.Text(x-windowGap/2, y+g.height()/2, 22*w.grown, drawing.Center, muted, "*")
	d.Text(x+g.width()+windowGap/2, y+g.height()/2, 22*w.grown, drawing.Center, muted, "=")
}

// inputStyle is how a cell of the padded input looks while output (row, col) is computed.
func (w *window) inputStyle(row, col, y, x int) style {
	_, _, tap := w.g.isTap(row, col, y, x)
	iy, ix := y-w.g.begin[0], x-w.g.begin[1]
	s := style{fill: inputFill, line: gridLine, ink: ink}
	switch {
	case iy < 0 || ix < 0 || iy >= w.g.in[0] || ix >= w.g.in[1]:
		s = style{fill: padFill, line: padLine, dashed: true, ink: muted}
		if sy, sx, ok := w.g.source(y, x); ok && w.scene != nil {
			s.fill, s.data = w.scene.Input(sy, sx), true
			break
		}
		if tap {
			s.fill = padTap
		}
	case w.hole != nil && w.hole(iy, ix):
		s = style{fill: zeroFill, line: gridLine, ink: muted, text: "0"}
		if w.scene != nil {
			s.line, s.text = padLine, ""
		}
		if tap {
			s.fill = padTap
		}
	case w.scene != nil:
		s = style{fill: w.scene.Input(iy, ix), data: true}
	case w.level != nil:
		s.fill = level(w.level(iy, ix))
	case tap && w.pale, tap && w.chosen != nil && !w.chosen(row, col, y, x):
		s.fill = inputPale
	case tap:
		s.fill, s.ink = inputTap, white
	}
	if w.cells != nil {
		s.text = w.cells.text(y, x)
	}
	return s
}

// outputStyle is how an output cell looks: computed, being computed, or not yet.
func (w *window) outputStyle(row, col, y, x int) style {
	s := style{fill: outputTodo, line: gridLine, ink: ink}
	done := y*w.g.out[1]+x <= row*w.g.out[1]+col
	switch {
	case w.scene != nil && done:
		s = style{fill: w.scene.Output(y, x), data: true}
	case w.scene != nil:
		s.line = outputTodo
	case y == row && x == col:
		s.fill, s.ink = outputTap, white
	case done:
		s.fill = outputFill
	}
	if w.cells != nil && done {
		s.text = w.cells.result(y, x)
	}
	return s
}
