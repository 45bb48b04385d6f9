package draw

import (
	"fmt"
	"image/color"
	"slices"

	"convx/internal/coverage"
	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/picture"
)

const (
	// heatSide is about how many units a side a heat map has, mostHeat how many counts it can show.
	heatSide = 480
	mostHeat = 2048
	// numbered cells are large enough for a number.
	leastCell, mostCell, numberedCell = 1, 40, 22
	barGap, barTall                   = 16, 14 // of the scale below it
)

// Coverage draws the counts of two axes, or of one as a strip; labels name the layers.
func Coverage(r coverage.Result, labels []string, p drawing.Purpose) (*Figure, error) {
	if r.Dims == 3 {
		return nil, layer.Errorf("a heat map has 1 or 2 axes, not 3")
	}
	w := r.Axes[len(r.Axes)-1]
	h := coverage.Axis{Line: coverage.Line{Counts: []int{1}}}
	if r.Dims == 2 {
		h = r.Axes[0]
	}
	cols, rows := len(w.Counts), len(h.Counts)
	if max(cols, rows) > mostHeat {
		return nil, layer.Errorf("%dx%d counts are too many for a picture: at most %d a side", rows, cols, mostHeat)
	}
	counts := make([]int, 0, cols*rows)
	for _, a := range h.Counts {
		for _, b := range w.Counts {
			n, err := layer.Product(a, b)
			if err != nil {
				return nil, lang.Errorf("counting paths: %w", err)
			}
			counts = append(counts, n)
		}
	}
	heat := picture.Counts(counts, cols, rows, 1)
	heat.Nothing = color.Gray{0xe4}
	notes := append([]string{r.View.Title()}, r.Notes()...)
	if slices.Contains(counts, 0) {
		notes[0] += lang.Text("; grey: none")
	}
	cell := min(max(heatSide/max(cols, rows), leastCell), mostCell)
	return still(lang.List(labels), []panel{heatPanel(heat, float64(cell))}, notes, p), nil
}

// heatPanel is a map of counts, with numbers in cells that have room for them, and its scale below.
func heatPanel(heat picture.Heat, cell float64) panel {
	g := grid{heat.Height, heat.Width, cell}
	w, h, longest := g.width(), g.height(), len(fmt.Sprint(heat.High))
	bar := max(w, 120)
	cells, colours := picture.NewCanvas(heat.Width, heat.Height, color.White), picture.NewCanvas(256, 1, color.White)
	cells.Heat(0, 0, heat)
	colours.ColorBar(colours.Rect, heat.Colormap)
	return panel{w: bar, h: h + barGap + barTall, label: lang.Sprintf("%.4g to %.4g", heat.Low, heat.High), paint: func(d *drawing.Drawing, x, y float64, _ int) {
		left := x + (bar-w)/2
		d.Add(drawing.Image{X: left, Y: y, W: w, H: h, Pixels: cells.RGBA})
		if cell >= numberedCell && heat.High < 1000 {
			for i, v := range heat.Values {
				cx, cy := g.center(left, y, float64(i/heat.Width), float64(i%heat.Width))
				text := fmt.Sprintf("%.0f", v)
				d.Add(drawing.Text{X: cx, Y: cy, Size: g.textSize(text, longest), Align: drawing.Center, Color: inkOn(color.NRGBA(heat.Color(i))), S: text, Data: true})
			}
		}
		d.Add(drawing.Image{X: x, Y: y + h + barGap, W: bar, H: barTall, Pixels: colours.RGBA})
	}}
}
