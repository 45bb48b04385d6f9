package draw

import (
	"fmt"
	"image/color"
	"slices"

	"convx/internal/drawing"
	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
	"convx/internal/shape"
)

// separableFigure shows the channels of the three levels and the multiplications that are saved.
func separableFigure(r shape.Result, o Options) (*Figure, error) {
	in, mid, out := r.Input[1], r.Stages[0].Output[1], r.Output[1]
	dw := r.Layer.Stages[0].Op.(layer.Conv)
	asked := r
	if o.Asked != nil {
		asked = *o.Asked
	}
	whole, err := layer.Build(standardLike(asked.Layer.Spec))
	if err != nil {
		return nil, err
	}
	parts, err := costs(asked)
	if err != nil {
		return nil, err
	}
	s, err := shape.Of(whole)
	if err != nil {
		return nil, err
	}
	full, err := costs(s)
	if err != nil {
		return nil, err
	}
	taps := 1
	for _, k := range dw.Kernel {
		taps *= k
	}
	bars := []bar{{lang.Sprintf("standard %s", layer.FormatShape(dw.Kernel)), full[0], kernelDark}, {lang.Text("depthwise"), parts[0], inputTap}, {lang.Text("pointwise"), parts[1], outputTap}}
	saved := float64(parts[0]+parts[1]) / float64(full[0])
	return &Figure{
		panels: []panel{
			channelsPanel([]column{{in, lang.Text("input")}, {mid, lang.Text("depthwise")}, {out, lang.Text("pointwise")}}, []int{in, 1},
				lang.Sprintf("%s in every channel, then 1x1 across the channels", layer.FormatShape(dw.Kernel)), o.inside()),
			barsPanel(lang.Sprintf("MACs of %s → %s", sized(asked.Input), sized(asked.Output)), bars, o.inside()),
		},
		frames: 3, still: 2,
		captions: append(formulas(asked), lang.Sprintf("%s of the standard convolution's (counted: %.3g)", savedText(mid/in, asked.Output[1], taps), saved)),
	}, nil
}

// savedText is what a separable convolution costs by the formula: M/O + M/K², for M filters a channel.
func savedText(multiplier, out, taps int) string {
	m := float64(multiplier)
	ratio := m/float64(out) + m/float64(taps)
	if multiplier == 1 {
		return lang.Sprintf("cost: 1/O + 1/K² = 1/%d + 1/%d = %.3g", out, taps, ratio)
	}
	return lang.Sprintf("cost: M/O + M/K² = %d/%d + %d/%d = %.3g", multiplier, out, multiplier, taps, ratio)
}

// standardLike is the standard convolution of the same shape.
func standardLike(s layer.Spec) layer.Spec {
	t := layer.Spec{Variant: "standard", Dims: s.Dims, Input: s.Input, OutChannels: s.OutChannels, Kernel: s.Kernel,
		Stride: s.Stride, Padding: s.Padding, PadMode: s.PadMode, NoBias: s.NoBias}
	for _, d := range s.Dilation {
		if d != 1 {
			t.Variant, t.Dilation = "dilated", s.Dilation
		}
	}
	return t
}

// costs are the MACs of each stage.
func costs(r shape.Result) ([]int64, error) {
	c, err := flops.Of(r)
	if err != nil {
		return nil, err
	}
	var out []int64
	for _, row := range c.Rows {
		out = append(out, row.MACs)
	}
	return out, nil
}

type bar struct {
	label string
	value int64
	color color.NRGBA
}

// barsPanel draws values to scale, one more in each frame, with letters of so many times their usual size.
func barsPanel(label string, bars []bar, letters float64) panel {
	const width = 250.0
	size := 13 * letters
	height, gap, head, digit := 20*letters, 46*letters, 16*letters, 8*letters
	most := int64(1)
	for _, b := range bars {
		most = max(most, b.value)
	}
	return panel{w: width + 8 + digit*float64(len(report.Group(most))), h: float64(len(bars))*gap + 8, label: label, paint: func(d *drawing.Drawing, x, y float64, frame int) {
		for i, b := range bars[:min(len(bars), frame+1)] {
			top := y + float64(i)*gap
			d.Text(x, top+6*letters, size, drawing.Left, muted, b.label)
			w := max(2, width*float64(b.value)/float64(most))
			d.Rect(x, top+head, w, height, b.color, none)
			d.Text(x+w+8, top+head+height/2, size, drawing.Left, ink, report.Group(b.value))
		}
	}}
}

// residualFigure shows an inverted residual's widths: narrow, wide, wide, narrow, and the shortcut between the narrow ends.
func residualFigure(r shape.Result, o Options) (*Figure, error) {
	var b blocks
	b.add(lang.Text("input"), sized(r.Input), r.Input[1], hue{inputFill, inputDark})
	shortcut := false
	for i, st := range r.Layer.Stages {
		out := r.Stages[i].Output
		switch st.Op.(type) {
		case layer.Conv:
			h := hue{kernelFill, kernelDark}
			if st.Name == "project" {
				h = hue{outputFill, outputDark}
			}
			b.add(layer.StageText(st.Name), sized(out), out[1], h)
			k := st.Op.(layer.Conv)
			b.link(fmt.Sprintf("%s %s", layer.StageText(st.Name), layer.FormatShape(k.Kernel)))
		case layer.Activation:
			// Not the gate's own, which stand behind linear layers.
			if slices.ContainsFunc(r.Layer.Stages, func(s layer.Stage) bool { return s.Name == st.Inputs[0] && s.Op.Kind() == layer.KindConv }) {
				b.note(lang.Text(functionNames[st.Op.(layer.Activation).Func]))
			}
		case layer.Scale: // what the gate made of the planes before it
			wide, narrow := out[1], r.Stages[slices.IndexFunc(r.Layer.Stages, func(s layer.Stage) bool { return s.Name == "fc1" })].Output[1]
			b.add(layer.StageText(st.Name), sized(out), wide, hue{kernelFill, kernelDark})
			b.link(lang.Text("squeeze, excite"))
			b.note(fmt.Sprintf("%d → %d → %d", wide, narrow, wide))
			b.note(lang.Text("× factors"))
		case layer.Add:
			shortcut = true
		}
	}
	c, err := flops.Of(r)
	if err != nil {
		return nil, err
	}
	inside := lang.Sprintf("times %d", r.Layer.Expansion)
	if r.Layer.Expanded > 0 {
		inside = itoa(r.Layer.Expanded)
	}
	captions := []string{lang.Sprintf("%s channels in, %s inside, %d out: %s MACs, %s params", itoa(r.Input[1]), inside, r.Output[1],
		report.Group(c.Total.MACs), report.Group(c.Total.Params))}
	if shortcut {
		text := lang.Text("stride 1 and equal channels: the input is added to the output")
		if widest(r) > max(r.Input[1], r.Output[1]) {
			text += lang.Text(", so the shortcut joins the narrow ends, the other way round from ResNet")
		}
		captions = append(captions, text)
	} else {
		captions = append(captions, lang.Text("no shortcut: that takes stride 1 and as many channels out as in"))
	}
	p := b.panel(shortcut, o.inside())
	f := &Figure{panels: []panel{p}, frames: len(b.all), still: len(b.all) - 1, captions: captions}
	// The stages that it has: at expansion 1 there is none to expand. One that gates is what the variant says of itself.
	if !slices.ContainsFunc(r.Layer.Stages, func(s layer.Stage) bool { return s.Op.Kind() == layer.KindScale }) {
		stages := lang.List(b.links())
		if f.is = lang.Sprintf("%s, without a shortcut", stages); shortcut {
			f.is = lang.Sprintf("%s, with a shortcut", stages)
		}
	}
	return f, nil
}

// widest is the most channels that any stage has.
func widest(r shape.Result) int {
	n := 0
	for _, st := range r.Stages {
		n = max(n, st.Output[1])
	}
	return n
}

// functionNames are what figures call activations.
var functionNames = map[string]string{"relu": "ReLU", "relu6": "ReLU6", "silu": "swish", "hard-swish": lang.Key("hard swish")}

// blocks are tensors in a row, as high as they have channels.
type blocks struct{ all []block }

type block struct {
	name, size, op string
	notes          []string
	channels       int
	hue            hue
}

func (b *blocks) add(name, size string, channels int, h hue) {
	b.all = append(b.all, block{name: name, size: size, channels: channels, hue: h})
}

// links are what leads from block to block.
func (b *blocks) links() (all []string) {
	for _, k := range b.all[1:] {
		all = append(all, k.op)
	}
	return all
}

func (b *blocks) link(op string)   { b.all[len(b.all)-1].op = op }
func (b *blocks) note(text string) { k := &b.all[len(b.all)-1]; k.notes = append(k.notes, text) }

func (b *blocks) panel(shortcut bool, letters float64) panel {
	const tall = 230.0
	width, gap, top := 58*letters, 110*letters, 46*letters
	most := 1
	for _, k := range b.all {
		most = max(most, k.channels)
	}
	n := float64(len(b.all))
	w := n*width + (n-1)*gap
	last := len(b.all) - 1
	return panel{w: w, h: tall + top + 24*letters, label: lang.Text("height: channels, to scale"), paint: func(d *drawing.Drawing, x, y float64, frame int) {
		middle := y + top + tall/2
		height := func(k block) float64 { return max(14, tall*float64(k.channels)/float64(most)) }
		left := func(i int) float64 { return x + float64(i)*(width+gap) }
		for i, k := range b.all {
			if i > frame {
				break
			}
			h := height(k)
			if i > 0 {
				d.Arrow(left(i)-gap+8, middle, left(i)-8, middle, 2, muted)
				d.Text(left(i)-gap/2, middle-18*letters, 13*letters, drawing.Center, ink, k.op)
				for j, note := range k.notes {
					d.Text(left(i)-gap/2, middle+(18+float64(j)*16)*letters, 13*letters, drawing.Center, kernelDark, note)
				}
			}
			d.Rect(left(i), middle-h/2, width, h, k.hue.light, k.hue.dark)
			d.Text(left(i)+width/2, middle+h/2+14*letters, 12*letters, drawing.Center, muted, k.size)
			if h > 22*letters {
				d.Text(left(i)+width/2, middle, 14*letters, drawing.Center, k.hue.dark, itoa(k.channels))
			}
		}
		if !shortcut || frame < last {
			return
		}
		// Over the top, from the input to a plus beside the output.
		x0, x1, y0 := left(0)+width/2, left(last)+width/2, y+12
		d.Line(x0, middle-height(b.all[0])/2, x0, y0, 2, inputDark)
		d.Line(x0-1, y0, x1+1, y0, 2, inputDark)
		sum, r := middle-height(b.all[last])/2-3-9*letters, 9*letters
		d.Arrow(x1, y0, x1, sum-r-1, 2, inputDark)
		plus(d, x1, sum, r, inputDark)
		d.Text((x0+x1)/2, y0+14*letters, 13*letters, drawing.Center, inputDark, lang.Text("shortcut"))
	}}
}
