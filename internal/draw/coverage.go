package draw

import (
	"image"
	"image/color"
	"slices"
	"strings"

	"convx/internal/coverage"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/picture"
)

const (
	// heatSide is about how many pixels a side a heat map has, mostHeat how many counts it can show.
	heatSide = 720
	mostHeat = 2048
	// numbered cells are large enough for a number.
	leastCell, mostCell, numberedCell = 1, 40, 22
	heatEdge                          = 16
)

// Coverage draws the counts of two axes, or of one as a strip; labels name the layers.
func Coverage(r coverage.Result, labels []string) (*picture.Canvas, error) {
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
	cell := min(max(heatSide/max(cols, rows), leastCell), mostCell)
	heat := picture.Counts(counts, cols, rows, cell)
	heat.Nothing = color.Gray{0xe4}
	if cell >= numberedCell && heat.High < 1000 {
		heat.Format = "%.0f"
	}
	return coverageFigure(r, labels, heat, cols*cell, rows*cell), nil
}

// coverageFigure puts a title above the map, and the scale and what it means below.
func coverageFigure(r coverage.Result, labels []string, heat picture.Heat, width, height int) *picture.Canvas {
	const titleSize, textSize, barHeight = 18, 14, 14
	measure := picture.NewCanvas(1, 1, color.White)
	title := strings.Join(labels, ", ")
	notes := append([]string{r.View.Title()}, r.Notes()...)
	if slices.Contains(heat.Values, 0) {
		notes[0] += lang.Text("; grey: none")
	}
	full := max(width, 220, measure.TextWidth(titleSize, title))
	for _, n := range notes {
		full = max(full, measure.TextWidth(textSize, n))
	}
	line := measure.LineHeight(textSize) + 2
	top := heatEdge + measure.LineHeight(titleSize) + 8
	c := picture.NewCanvas(full+2*heatEdge, top+height+heatEdge+barHeight+line+8+len(notes)*line+heatEdge, color.White)
	c.Text(heatEdge, heatEdge, titleSize, color.Black, title)
	left := heatEdge + (full-width)/2
	c.Heat(left, top, heat)
	y := top + height + heatEdge
	c.ColorBar(image.Rect(left, y, left+max(width, 120), y+barHeight), heat.Colormap, heat.Low, heat.High)
	y += barHeight + line + 8
	for i, n := range notes {
		c.Text(heatEdge, y+i*line, textSize, color.Black, n)
	}
	return c
}
