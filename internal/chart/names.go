package chart

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// names writes the points' names beside them, where there is room: to the right or left of the dot, else further up or
// down with a line to the dot. It is a plot.Plotter, because only there is it known where a value lies on the page.
type names []Point

// Plot places one name after the other and remembers the space that is taken.
func (n names) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := textStyle(9)
	var taken []vg.Rectangle
	dots := make([]vg.Point, len(n))
	for i, pt := range n {
		dots[i] = vg.Point{X: x(pt.Intensity), Y: y(pt.Rate)}
		taken = append(taken, around(dots[i], 3))
	}
	for i, pt := range n {
		size := vg.Point{X: style.Width(pt.Name), Y: style.Height(pt.Name)}
		box := place(dots[i], size, taken, c.Rectangle)
		taken = append(taken, box)
		c.FillText(style, vg.Point{X: box.Min.X, Y: (box.Min.Y + box.Max.Y) / 2}, pt.Name)
		if gap := math.Abs(float64((box.Min.Y+box.Max.Y)/2 - dots[i].Y)); gap > float64(size.Y) {
			near := vg.Point{X: min(max(dots[i].X, box.Min.X), box.Max.X), Y: box.Min.Y}
			if box.Max.Y < dots[i].Y {
				near.Y = box.Max.Y
			}
			c.StrokeLine2(draw.LineStyle{Color: pale, Width: vg.Points(0.75)}, dots[i].X, dots[i].Y, near.X, near.Y)
		}
	}
}

func around(p vg.Point, r vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: p.X - r, Y: p.Y - r}, Max: vg.Point{X: p.X + r, Y: p.Y + r}}
}

// place finds the nearest free box for a text beside a dot.
func place(dot, size vg.Point, taken []vg.Rectangle, page vg.Rectangle) vg.Rectangle {
	const beside = 5
	first := vg.Rectangle{}
	for step := range 24 {
		// 0, up, down, further up, further down
		dy := vg.Length((step+1)/2) * size.Y * 0.55
		if step%2 == 0 {
			dy = -dy
		}
		for _, left := range []vg.Length{dot.X + beside, dot.X - beside - size.X} {
			box := vg.Rectangle{Min: vg.Point{X: left, Y: dot.Y + dy - size.Y/2}}
			box.Max = box.Min.Add(size)
			if step == 0 && left > dot.X {
				first = box
			}
			if inside(box, page) && !overlaps(box, taken) {
				return box
			}
		}
	}
	return first
}

func inside(a, page vg.Rectangle) bool {
	return a.Min.X >= page.Min.X && a.Max.X <= page.Max.X && a.Min.Y >= page.Min.Y && a.Max.Y <= page.Max.Y
}

func overlaps(a vg.Rectangle, taken []vg.Rectangle) bool {
	for _, b := range taken {
		if a.Min.X < b.Max.X && b.Min.X < a.Max.X && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y {
			return true
		}
	}
	return false
}
