package drawing

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// svgWriter collects the elements of an SVG.
type svgWriter struct{ b bytes.Buffer }

// WriteSVG writes it as an SVG 1.1 picture, shown at so many pixels a unit; an animation is written as a still.
func (d *Drawing) WriteSVG(w io.Writer, scale float64) error {
	s := &svgWriter{}
	fmt.Fprintf(&s.b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s" font-family="Go, Helvetica, Arial, 'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif">`+"\n",
		number(d.Width*scale), number(d.Height*scale), number(d.Width), number(d.Height))
	if !d.Clear {
		fmt.Fprintf(&s.b, `<rect width="100%%" height="100%%" %s/>`+"\n", paintAttr("fill", d.back()))
	}
	for _, m := range d.Marks {
		m.svg(s)
	}
	s.b.WriteString("</svg>\n")
	_, err := w.Write(s.b.Bytes())
	return err
}

// number writes at most two decimals.
func number(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }

// attributes of colour: name="#rrggbb", with the opacity where it is not 1.
func paintAttr(name string, c color.NRGBA) string {
	if c.A == 0 {
		return name + `="none"`
	}
	s := fmt.Sprintf(`%s="#%02x%02x%02x"`, name, c.R, c.G, c.B)
	if c.A < 255 {
		s += fmt.Sprintf(` %s-opacity="%s"`, name, number(float64(c.A)/255))
	}
	return s
}

func (r Rect) svg(w *svgWriter) {
	half := 0.0
	stroke := ""
	if r.Line.A > 0 {
		half = r.Width / 2
		stroke = fmt.Sprintf(` %s stroke-width="%s"`, paintAttr("stroke", r.Line), number(r.Width))
		if r.Dashed {
			stroke += ` stroke-dasharray="3 3"`
		}
	}
	fmt.Fprintf(&w.b, `<rect x="%s" y="%s" width="%s" height="%s" %s%s/>`+"\n",
		number(r.X+half), number(r.Y+half), number(r.W-2*half), number(r.H-2*half), paintAttr("fill", r.Fill), stroke)
}

func (s Segment) svg(w *svgWriter) {
	dashes := ""
	if s.Dashed {
		dashes = ` stroke-dasharray="3 3"`
	}
	x1, y1 := s.X1, s.Y1
	if s.Head {
		length := math.Hypot(s.X1-s.X0, s.Y1-s.Y0)
		if head := 4 * s.Width; length > head {
			ux, uy := (s.X1-s.X0)/length, (s.Y1-s.Y0)/length
			x1, y1 = s.X1-ux*head, s.Y1-uy*head
			fmt.Fprintf(&w.b, `<path d="M%s %sL%s %sL%s %sZ" %s/>`+"\n", number(s.X1), number(s.Y1),
				number(x1-uy*head/2), number(y1+ux*head/2), number(x1+uy*head/2), number(y1-ux*head/2), paintAttr("fill", s.Color))
		}
	}
	fmt.Fprintf(&w.b, `<line x1="%s" y1="%s" x2="%s" y2="%s" %s stroke-width="%s"%s/>`+"\n",
		number(s.X0), number(s.Y0), number(x1), number(y1), paintAttr("stroke", s.Color), number(s.Width), dashes)
}

func (o Circle) svg(w *svgWriter) {
	fmt.Fprintf(&w.b, `<circle cx="%s" cy="%s" r="%s" %s %s/>`+"\n", number(o.X), number(o.Y), number(o.R), paintAttr("fill", o.Fill), paintAttr("stroke", o.Line))
}

func (t Text) svg(w *svgWriter) {
	anchor := [...]string{"start", "middle", "end"}[t.Align]
	escaped := escapeText.Replace(strings.Map(visible, t.S))
	fmt.Fprintf(&w.b, `<text x="%s" y="%s" font-size="%s" text-anchor="%s" dominant-baseline="central" %s xml:space="preserve">%s</text>`+"\n",
		number(t.X), number(t.Y), number(t.Size), anchor, paintAttr("fill", t.Color), escaped)
}

func (p Image) svg(w *svgWriter) {
	var b bytes.Buffer
	if err := png.Encode(&b, p.Pixels); err != nil {
		return // of pictures without pixels
	}
	fmt.Fprintf(&w.b, `<image x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,%s"/>`+"\n",
		number(p.X), number(p.Y), number(p.W), number(p.H), base64.StdEncoding.EncodeToString(b.Bytes()))
}

var escapeText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// visible stands in for characters that XML cannot hold, or that no text shows: names come from files.
func visible(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == 0xfffe || r == 0xffff {
		return unicode.ReplacementChar
	}
	return r
}
