package draw

import (
	"fmt"
	"image/color"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/shape"
)

// excitation is planes squeezed to one number each, the two layers that turn these into factors, and the planes scaled.
type excitation struct {
	c, hidden   int
	pitch, tall float64
	input       string
	factors     []float64 // of the channels; nil is unknown
	letters     float64   // the size of the letters, of their usual one
}

const (
	sePlane, seGap, seNode, seBar = 74.0, 84.0, 20.0, 110.0
	seHead                        = 34.0
)

// seFigure is a squeeze-and-excitation layer, step by step.
func seFigure(r shape.Result, o Options) (*Figure, error) {
	c, hidden := r.Input[1], r.Stages[1].Output[1]
	most := float64(max(c, hidden))
	e := &excitation{c: c, hidden: hidden, pitch: min(36, max(6.5, 320/most)) * o.grown(), input: sized(r.Input), letters: o.inside()}
	said := lang.Text("no factors: they follow from the data, as convx run se prints them")
	if o.Gates != nil {
		e.factors, said = o.Gates.Factors, lang.Sprintf("factors: of %s", o.Gates.Of)
		if n := len(e.factors); n > c {
			said = lang.Sprintf("factors: of %s; the first %d of %d", o.Gates.Of, c, n)
		}
	}
	e.tall = most * e.pitch
	width := 2*sePlane + 3*(e.gap()+seNode) + seBar + e.toBars() + 0.8*seGap*e.letters + 16
	p := panel{w: width, h: e.tall + seHead*e.letters, label: lang.Sprintf("%s → %d means → %d → %d factors → %s", sized(r.Input), c, hidden, c, sized(r.Output)), paint: e.paint}
	weights := lang.Sprintf("weights: 2 × %d × %d and biases, whatever the size of the planes", c, hidden)
	if red := r.Layer.Reduction; red > 0 && r.Layer.Hidden == 0 {
		weights = lang.Sprintf("weights: 2 × %d × %d/%d and biases, whatever the size of the planes", c, c, red)
	}
	return &Figure{panels: []panel{p}, frames: 5, still: 4, captions: []string{
		lang.Sprintf("squeeze: the mean of each plane; excite: %d → %d → %d with a ReLU and a sigmoid; scale: each plane times its factor", c, hidden, c),
		weights, said,
	}}, nil
}

// gap is the distance of columns, which their heads need.
func (e *excitation) gap() float64 { return seGap*e.letters + seNode*(e.letters-1) }

// toBars is the distance of the bars from the nodes that they are the values of.
func (e *excitation) toBars() float64 { return e.gap()/2 + 60*(e.letters-1) }

// gate is the factor of a channel.
func (e *excitation) gate(i int) float64 {
	if i >= len(e.factors) {
		return 1
	}
	return e.factors[i]
}

func (e *excitation) paint(d *drawing.Drawing, x, y float64, frame int) {
	y += seHead * e.letters
	head := func(cx float64, text string) {
		d.Text(cx, y-20*e.letters, 15*e.letters, drawing.Center, muted, text)
	}
	gap := e.gap()
	nodeX := func(k int) float64 { return x + sePlane + gap + float64(k)*(gap+seNode) + seNode/2 }
	rowY := func(n, i int) float64 { return y + e.tall/2 + (float64(i)-float64(n-1)/2)*e.pitch }
	size := min(seNode, e.pitch-1.5)
	head(x+sePlane/2, lang.Text("planes"))
	for i := range e.c {
		e.plane(d, x, rowY(e.c, i), i, 1)
	}
	columns := []struct {
		n     int
		label string
	}{{e.c, lang.Text("squeeze")}, {e.hidden, "fc1, ReLU"}, {e.c, "fc2, sigmoid"}}
	for k, col := range columns {
		if k > frame {
			return
		}
		for i := range col.n {
			switch k {
			case 0:
				d.Line(x+sePlane, rowY(e.c, i), nodeX(0)-size/2, rowY(e.c, i), 1.5, faint(groupColor(i).dark, 220))
			default:
				before := columns[k-1].n
				alpha := uint8(max(40, 140-before*col.n/8))
				for j := range before {
					d.Line(nodeX(k-1)+size/2, rowY(before, j), nodeX(k)-size/2, rowY(col.n, i), 1, faint(muted, alpha))
				}
			}
		}
		for i := range col.n {
			h := groupColor(i)
			if k == 1 {
				h = hue{white, ink}
			}
			d.Circle(nodeX(k), rowY(col.n, i), size/2, h.light, h.dark)
		}
		head(nodeX(k), columns[k].label)
	}
	if frame < 3 || e.factors == nil {
		return
	}
	bx := nodeX(2) + size/2 + e.toBars()
	head(bx+seBar/2, lang.Text("factors, 0 to 1"))
	for i := range e.c {
		cy, h := rowY(e.c, i), max(3, e.pitch*0.5)
		d.Rect(bx, cy-h/2, seBar, h, zeroFill, none)
		d.Rect(bx, cy-h/2, seBar*e.gate(i), h, groupColor(i).dark, none)
		if e.pitch >= 20 {
			d.Text(bx+seBar+6, cy, min(16*e.letters, e.pitch*0.72), drawing.Left, ink, fmt.Sprintf("×%.2f", e.gate(i)))
		}
	}
	if frame < 4 {
		return
	}
	ox := bx + seBar + seGap*0.8*e.letters
	head(ox+sePlane/2, lang.Text("scaled planes"))
	for i := range e.c {
		e.plane(d, ox, rowY(e.c, i), i, e.gate(i))
	}
}

// plane is a plane of channel i, as dark as it is strong.
func (e *excitation) plane(d *drawing.Drawing, x, cy float64, i int, strength float64) {
	h := max(4, e.pitch-5)
	dark := groupColor(i).dark
	mix := func(c uint8) uint8 { return uint8(255 - strength*0.75*(255-float64(c))) }
	d.Rect(x, cy-h/2, sePlane, h, color.NRGBA{mix(dark.R), mix(dark.G), mix(dark.B), 255}, dark)
}
