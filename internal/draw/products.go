package draw

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"convx/internal/drawing"
	"convx/internal/lang"
)

// Terms are the numbers behind one channel of a scene's output, for the sum to be spelt out.
type Terms struct {
	Channels []string                        // the names of the input channels that are summed
	Input    func(channel, y, x int) float64 // of the input, without padding
	Weight   func(channel, ky, kx int) float64
	Bias     float64
}

// product is one tap of one channel at an output position.
type product struct{ input, weight float64 }

func (p product) value() float64 { return p.input * p.weight }

// at are the products of a channel, taps row by row.
func (t *Terms) at(g geometry, channel, row, col int) []product {
	var out []product
	for ky := range g.kernel[0] {
		for kx := range g.kernel[1] {
			y, x := g.tap(row, col, ky, kx)
			p := product{weight: t.Weight(channel, ky, kx)}
			if sy, sx, ok := g.source(y, x); ok {
				p.input = t.Input(channel, sy, sx)
			}
			out = append(out, p)
		}
	}
	return out
}

// sums are the sum of each channel, and of all with the bias.
func (t *Terms) sums(g geometry, row, col int) (each []float64, total float64) {
	total = t.Bias
	for c := range t.Channels {
		sum := 0.0
		for _, p := range t.at(g, c, row, col) {
			sum += p.value()
		}
		each, total = append(each, sum), total+sum
	}
	return each, total
}

// mostSpelt is the largest kernel whose products are written in cells.
const mostSpelt = 5

// productsPanel shows what stands under the window, the weights, their products and the sum, in a row to stand below the planes.
func productsPanel(g geometry, t *Terms, o Options) panel {
	gap, room := 34*o.grown(), 150*o.grown() // between the parts, and of the sum
	k := max(g.kernel[0], g.kernel[1])
	cell := min(46, 200/float64(k))
	if k > mostSpelt {
		cell = max(2, 140/float64(k))
	}
	kernel := grid{g.kernel[0], g.kernel[1], cell * o.grown()}
	longest := 1 // of the weights, in letters
	for ky := range g.kernel[0] {
		for kx := range g.kernel[1] {
			longest = max(longest, utf8.RuneCountInString(short(t.Weight(0, ky, kx))))
		}
	}
	label := lang.Text("under the window, times the weights, and the sum")
	if len(t.Channels) > 1 {
		label += " (" + t.Channels[0] + ")"
	}
	step := kernel.width() + gap
	return panel{w: 3*step + room, h: kernel.height() + 1, label: label, paint: func(d *drawing.Drawing, x, y float64, frame int) {
		row, col := g.at(frame % g.positions())
		products := t.at(g, 0, row, col)
		for i, part := range []struct {
			op      string
			hue     hue
			of      func(product) float64
			letters int // of 0.52, and of −0.52: one size in all frames
		}{
			{"", hue{inputFill, inputDark}, func(p product) float64 { return p.input }, 4},
			{"×", hue{kernelFill, kernelDark}, func(p product) float64 { return p.weight }, longest},
			{"=", hue{outputTodo, outputDark}, product.value, 5},
		} {
			left := x + float64(i)*step
			kernel.paint(d, left, y, func(r, c int) style {
				s := style{fill: part.hue.light, line: part.hue.dark, ink: ink, letters: part.letters}
				if k <= mostSpelt {
					s.text = short(part.of(products[r*g.kernel[1]+c]))
				}
				return s
			})
			d.Text(left-gap/2, y+kernel.height()/2, 24*o.grown(), drawing.Center, muted, part.op)
		}
		_, total := t.sums(g, row, col)
		all := 0.0
		for _, p := range products {
			all += p.value()
		}
		text := "Σ = " + short(all)
		if len(t.Channels) == 1 && short(t.Bias) != "0" {
			text = fmt.Sprintf("Σ %s = %s", signedShort(t.Bias), short(total))
		}
		d.Text(x+3*step+room/2, y+kernel.height()/2, 26*o.grown(), drawing.Center, outputDark, text)
	}}
}

// termsText spells out how several channels and the bias make the output; of one, the panel has said it.
func termsText(g geometry, t *Terms, frame int) string {
	row, col := g.at(frame % g.positions())
	each, total := t.sums(g, row, col)
	if len(each) == 1 {
		return ""
	}
	var parts []string
	for i, s := range each {
		part := short(s)
		if i > 0 {
			part = signedShort(s)
		}
		if len(each) > 1 {
			part += " (" + t.Channels[i] + ")"
		}
		parts = append(parts, part)
	}
	if short(t.Bias) != "0" {
		parts = append(parts, lang.Sprintf("%s (bias)", signedShort(t.Bias)))
	}
	return lang.Sprintf("output[%d, %d] = %s = %s", row, col, strings.Join(parts, " "), short(total))
}

// short is a number in at most five letters: 0.52, −1.6, 12, 0.
func short(v float64) string {
	s := strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%.2f", v), "0"), ".0")
	if a := max(v, -v); a >= 100 {
		s = fmt.Sprintf("%.0f", v)
	} else if a >= 10 {
		s = strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	}
	switch s {
	case "-0", "0.0", "-0.0":
		s = "0"
	}
	return strings.Replace(s, "-", "−", 1)
}

func signedShort(v float64) string {
	if s, negative := strings.CutPrefix(short(v), "−"); negative {
		return "− " + s
	}
	return "+ " + short(v)
}
