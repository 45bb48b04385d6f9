package draw

import (
	"image/color"

	"convx/internal/drawing"
)

// column is one level of channels in a panel of who sees whom.
type column struct {
	n     int
	label string
}

// channelsPanel draws columns of channels, and a line from each channel to those of the next column that see it: those of its
// group. groups has one entry for each step between columns; each frame takes one more step.
func channelsPanel(cols []column, groups []int, label string, letters float64) panel {
	most := 0
	for _, c := range cols {
		most = max(most, c.n)
	}
	size := min(26, 260/float64(most)-4)
	pitch := size + min(14, size/2)
	top, gap := 22*letters, 110*letters
	height := float64(most)*pitch + top
	width := float64(len(cols)-1)*gap + size
	return panel{w: width, h: height, label: label, paint: func(d *drawing.Drawing, x, y float64, frame int) {
		at := func(col, i int) (cx, cy float64) {
			used := float64(cols[col].n)*pitch - (pitch - size)
			return x + float64(col)*gap + size/2, y + top + (height-top-used)/2 + float64(i)*pitch + size/2
		}
		for s, g := range groups[:min(len(groups), frame)] {
			in, out := cols[s].n, cols[s+1].n
			for o := range out {
				for i := range in {
					k := o / (out / g)
					if i/(in/g) != k {
						continue
					}
					x0, y0 := at(s, i)
					x1, y1 := at(s+1, o)
					d.Line(x0+size/2, y0, x1-size/2, y1, 1.5, faint(lineColor(k, g), 170))
				}
			}
		}
		for c := range min(len(cols), frame+1) {
			for i := range cols[c].n {
				cx, cy := at(c, i)
				fill, edge := blockColors(cols, groups, c, i)
				d.Rect(cx-size/2, cy-size/2, size, size, fill.light, fill.dark)
				d.Frame(cx-size/2, cy-size/2, size, size, 1.5, edge)
			}
			cx, _ := at(c, 0)
			d.Text(cx, y+8*letters, labelSize*letters, drawing.Center, muted, cols[c].label)
		}
	}}
}

// blockColors colours a channel by its group: of the step after it, or of the step before for the last column.
func blockColors(cols []column, groups []int, c, i int) (fill hue, edge color.NRGBA) {
	s := min(c, len(groups)-1)
	k := i / max(1, cols[c].n/groups[s])
	if groups[s] == 1 {
		p := hue{inputFill, inputDark}
		if c == len(cols)-1 {
			p = hue{outputFill, outputDark}
		}
		return p, p.dark
	}
	return groupColor(k), groupColor(k).dark
}

func lineColor(k, groups int) color.NRGBA {
	if groups == 1 {
		return muted
	}
	return groupColor(k).dark
}
