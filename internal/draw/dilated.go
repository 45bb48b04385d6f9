package draw

import (
	"fmt"
	"slices"
	"strings"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// dilatedFigure is the sliding window with its holes, and from the side what one output reads; of a stack of dilations only
// the latter, for all of its layers.
func dilatedFigure(r shape.Result, o Options) (*Figure, error) {
	c := r.Layer.Stages[0].Op.(layer.Conv)
	last := len(c.Kernel) - 1
	if o.Stack != nil {
		return stackFigure(c, r.Stages[0].Pads, o)
	}
	f, err := windowFigure(r, o)
	if err != nil {
		return nil, err
	}
	if o.Scene == nil && !o.Numbers {
		t := newTree(c.Kernel[last], []int{c.Dilation[last]}, r.Stages[0].Pads[last], c.Dilation[last])
		f.panels = append(f.panels, t.panel(o.grown()))
	}
	f.captions = slices.Insert(f.captions, max(0, len(f.captions)-1), lang.Sprintf("the kernel of %d taps reaches over %d × (%d-1) + 1 = %d cells, with the weights of %d",
		c.Kernel[last], c.Dilation[last], c.Kernel[last], shape.Effective(c.Kernel[last], c.Dilation[last]), c.Kernel[last]))
	return f, nil
}

// stackFigure is a stack of dilated layers of one kernel from the side: what its last output sees.
func stackFigure(c layer.Conv, pads []layer.Pad, o Options) (*Figure, error) {
	dilations, last := o.Stack, len(c.Kernel)-1
	t := newTree(c.Kernel[last], dilations, pads[last], c.Dilation[last])
	if t.field > mostTree {
		return nil, layer.Errorf("a field of %d is too wide to draw: at most %d", t.field, mostTree).Hint("give fewer or smaller dilations")
	}
	text := strings.ReplaceAll(strings.Trim(fmt.Sprint(dilations), "[]"), " ", ", ")
	var sum []string
	for _, d := range dilations {
		sum = append(sum, fmt.Sprintf("%d×%d", d, t.kernel-1))
	}
	side := ""
	if len(c.Kernel) > 1 {
		side = lang.Text(", along one axis")
	}
	kind := lang.Text("centred")
	if t.causal {
		kind = lang.Text("causal")
	}
	f := &Figure{
		title:  lang.Sprintf("A stack of dilated convolutions – %s kernels of %d, dilations %s", kind, t.kernel, text),
		panels: []panel{t.panel(o.grown())}, frames: t.moves, still: t.moves - 1,
		captions: []string{lang.Sprintf("receptive field: 1 + %s = %d, with %d × %d = %d weights%s", strings.Join(sum, " + "), t.field, len(dilations), t.kernel, len(dilations)*t.kernel, side)},
	}
	if t.causal {
		f.captions = append(f.captions, lang.Text("causal: no output sees anything to its right, the future"))
	}
	if holes := t.holes(); holes > 0 {
		f.captions = append(f.captions, lang.Sprintf("grey inputs inside the field are never seen (gridding): %d of %d", holes, t.field))
	}
	return f, nil
}

// tree is a stack of layers in one dimension: the nodes of each level that one output reaches, over several outputs.
type tree struct {
	kernel, field, moves int
	dilations            []int
	causal               bool
	n                    int // nodes a level
}

// mostTree is the widest field whose nodes can be told apart.
const mostTree = 160

// newTree tells from the padding of a layer of this dilation whether its window ends at the output or is centred on it.
func newTree(kernel int, dilations []int, pad layer.Pad, dilation int) *tree {
	t := &tree{kernel: kernel, dilations: dilations, field: 1, moves: 6}
	t.causal = kernel > 1 && pad.End == 0 && pad.Begin == dilation*(kernel-1)
	for _, d := range dilations {
		t.field += d * (kernel - 1)
	}
	t.n = t.field + t.moves - 1
	return t
}

// taps are the places, relative to an output, that a layer of dilation d reads.
func (t *tree) taps(d int) (out []int) {
	shift := d * (t.kernel - 1)
	if !t.causal {
		shift = d * (t.kernel - 1) / 2
	}
	for k := range t.kernel {
		out = append(out, k*d-shift)
	}
	return out
}

// seen are, from the output to the input, the nodes that one output reaches.
func (t *tree) seen(output int) []map[int]bool {
	levels := make([]map[int]bool, len(t.dilations)+1)
	top := len(t.dilations)
	levels[top] = map[int]bool{output: true}
	for l := top; l > 0; l-- {
		levels[l-1] = map[int]bool{}
		for i := range levels[l] {
			for _, k := range t.taps(t.dilations[l-1]) {
				levels[l-1][i+k] = true
			}
		}
	}
	return levels
}

// holes are the inputs inside the field that the output does not see.
func (t *tree) holes() int { return t.field - len(t.seen(0)[0]) }

// output is where the output of a frame stands.
func (t *tree) output(frame int) int {
	left := 0
	for _, d := range t.dilations {
		left -= t.taps(d)[0]
	}
	return left + frame%t.moves
}

func (t *tree) panel(letters float64) panel {
	pitchX := min(30, max(9, 900/float64(t.n)))
	if len(t.dilations) == 1 {
		pitchX = min(30, max(9, 420/float64(t.n)))
	}
	pitchY, caption := 78.0, 96*letters
	radius := pitchX * 0.36
	top := len(t.dilations)
	label := lang.Text("from the side: the inputs that one output reads")
	if top > 1 {
		label = lang.Sprintf("the output sees %d inputs in a field of %d", len(t.seen(0)[0]), t.field)
	}
	return panel{w: caption + float64(t.n)*pitchX, h: float64(top)*pitchY + 2*radius + 8, label: label, paint: func(d *drawing.Drawing, x, y float64, frame int) {
		at := func(level, i int) (float64, float64) {
			return x + caption + (float64(i)+0.5)*pitchX, y + radius + 4 + float64(top-level)*pitchY
		}
		seen := t.seen(t.output(frame))
		for level := top; level > 0; level-- {
			for i := range t.n {
				if !seen[level][i] {
					continue
				}
				x1, y1 := at(level, i)
				for _, k := range t.taps(t.dilations[level-1]) {
					x0, y0 := at(level-1, i+k)
					d.Line(x0, y0, x1, y1, 2, faint(kernelDark, 200))
				}
			}
		}
		for level := range top + 1 {
			for i := range t.n {
				cx, cy := at(level, i)
				fill, edge := zeroFill, padLine
				if seen[level][i] {
					fill, edge = inputTap, inputDark
					if level == top {
						fill, edge = outputTap, outputDark
					}
				}
				d.Circle(cx, cy, radius, fill, edge)
			}
			_, cy := at(level, 0)
			name := lang.Text("input")
			if level > 0 {
				name = lang.Sprintf("dilation %d", t.dilations[level-1])
			}
			d.Text(x, cy, 16*letters, drawing.Left, muted, name)
		}
	}}
}
