package chart

import (
	"image/color"
	"io"
	"math"

	"convx/internal/drawing"
	"convx/internal/lang"
)

// Roofline is what a machine allows, and layers under it: rate over arithmetic intensity, both on logarithmic axes
// (Williams, Waterman & Patterson 2009).
type Roofline struct {
	Title     string
	Peak      float64 // GFLOP/s
	Bandwidth float64 // GB/s
	Points    []Point
	drawing.Look
}

// Point is one layer.
type Point struct {
	Name      string
	Intensity float64 // FLOPs a byte
	Rate      float64 // GFLOP/s
}

const (
	tickRoom   = 3.2 * smallSize // left of the vertical axis
	axisRoom   = 3.2 * smallSize // below the horizontal axis
	legendLine = 1.5 * textSize
	dotRadius  = 5.5
	roofWidth  = 3
)

// Write draws the roof and the points. Points without FLOPs have no place on a logarithmic axis and are left out.
func (r Roofline) Write(w io.Writer, f drawing.Format) error {
	if err := finite(r.Peak, r.Bandwidth); err != nil {
		return err
	}
	var points []Point
	for _, p := range r.Points {
		if err := finite(p.Intensity, p.Rate); err != nil {
			return err
		}
		if p.Intensity > 0 && p.Rate > 0 {
			points = append(points, p)
		}
	}
	if len(points) == 0 || r.Peak == 0 || r.Bandwidth == 0 {
		return lang.New("a chart of nothing: no layer has FLOPs to place under the roof")
	}
	r.Points = points
	return write(w, f, r.Look, r.drawing())
}

// drawing puts the legend above the plot, where no layer can be.
func (r Roofline) drawing() *drawing.Drawing {
	d := &drawing.Drawing{Width: wide, Height: high}
	top, bottom := r.head(d)+2.2*smallSize, float64(high-axisRoom-margin/2)
	d.Height += max(0, top+high/3-bottom) // where a title has many lines
	bottom = max(bottom, top+high/3)
	horizontal, vertical := r.axes(top, bottom, margin+tickRoom, wide-margin)
	horizontal.gridVertical(d, top, bottom, smallSize)
	vertical.gridHorizontal(d, horizontal.from, horizontal.to, smallSize)
	d.Text(margin, top-1.2*smallSize, smallSize, drawing.Left, muted, "GFLOP/s")
	d.Text((horizontal.from+horizontal.to)/2, bottom+axisRoom-smallSize/2, smallSize, drawing.Center, muted, lang.Text("arithmetic intensity, FLOPs a byte"))

	roof := r.roof(horizontal, vertical)
	for _, s := range roof {
		d.Add(s)
	}
	corner := roof[0]
	d.Circle(corner.X1, corner.Y1, roofWidth/2.0, ink, none)
	dots := make([]dot, len(r.Points))
	for i, p := range r.Points {
		dots[i] = dot{p.Name, horizontal.at(p.Intensity), vertical.at(p.Rate)}
	}
	unnamed := addNames(d, dots, smallSize, roof, box{horizontal.from, top, horizontal.to + margin - 4, bottom})
	for i, p := range dots {
		d.Circle(p.x, p.y, dotRadius, r.bound(r.Points[i]), none)
	}
	if unnamed > 0 {
		d.Text(horizontal.to, top-1.2*smallSize, smallSize, drawing.Right, muted, lang.Sprintf("%d of %d layers stand too close together to be named", unnamed, len(dots)))
	}
	return d
}

// head writes the title and the legend, as many entries in a line as it has room for, and gives the end of them.
func (r Roofline) head(d *drawing.Drawing) (y float64) {
	ruler := drawing.NewRuler()
	y = margin
	for _, line := range ruler.Wrap(r.Title, titleSize, wide-2*margin) {
		d.Text(margin, y+titleSize/2, titleSize, drawing.Left, ink, line)
		y += 1.5 * titleSize
	}
	x := float64(margin)
	for _, entry := range r.legend() {
		room := 0.0
		dotted := entry.dot.A > 0
		if dotted {
			room = 2*dotRadius + 8
		}
		width := room + ruler.Width(textSize, entry.text)
		if x > margin && x+width > wide-margin {
			x, y = margin, y+legendLine
		}
		if dotted {
			d.Circle(x+dotRadius, y+legendLine/2, dotRadius, entry.dot, none)
		}
		d.Text(x+room, y+legendLine/2, textSize, drawing.Left, ink, entry.text)
		x += width + 2*margin
	}
	return y + legendLine
}

// axes find ranges that hold the ridge and every point.
func (r Roofline) axes(top, bottom, left, right float64) (horizontal, vertical axis) {
	ridge := r.Peak / r.Bandwidth
	low, high, least, most := ridge/4, ridge*4, r.Peak/4, r.Peak*1.6
	for _, p := range r.Points {
		low, high = min(low, p.Intensity/1.5), max(high, p.Intensity*1.5)
		least, most = min(least, p.Rate/2), max(most, p.Rate*1.6)
	}
	return axis{low, high, left, right}, axis{least, most, bottom, top}
}

// roof is the slope of the bandwidth, from where it enters the plot to the ridge, and the flat of the peak.
func (r Roofline) roof(h, v axis) []drawing.Segment {
	ridge := r.Peak / r.Bandwidth
	start := max(h.low, v.low/r.Bandwidth)
	line := func(x0, y0, x1, y1 float64) drawing.Segment {
		return drawing.Segment{X0: h.at(x0), Y0: v.at(y0), X1: h.at(x1), Y1: v.at(y1), Width: roofWidth, Color: ink}
	}
	return []drawing.Segment{line(start, start*r.Bandwidth, ridge, r.Peak), line(ridge, r.Peak, h.high, r.Peak)}
}

// bound is the colour of what bounds a layer: the memory left of the ridge, the arithmetic right of it.
func (r Roofline) bound(p Point) color.NRGBA {
	if p.Intensity*r.Bandwidth < r.Peak {
		return blue
	}
	return orange
}

type entry struct {
	dot  color.NRGBA
	text string
}

func (r Roofline) legend() []entry {
	entries := []entry{
		{blue, lang.Sprintf("slope: what the memory's %s GB/s allow", short(r.Bandwidth))},
		{orange, lang.Sprintf("flat: what the arithmetic's %s GFLOP/s allow", short(r.Peak))},
	}
	for _, p := range r.Points {
		if p.Rate > math.Min(r.Peak, p.Intensity*r.Bandwidth) {
			return append(entries, entry{none, lang.Text("above: fewer operations than are counted, as with Winograd, or data in the caches")})
		}
	}
	return entries
}
