package cli

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"

	"convx/internal/coverage"
	"convx/internal/layer"
	"convx/internal/picture"
)

const (
	// mapSide is about how many pixels a side a heat map has, mostCells how many counts it can show.
	mapSide   = 720
	mostCells = 2048
	// numbered cells are large enough for a number.
	leastCell, mostCell, numberedCell = 1, 40, 22
	edge                              = 16
)

// drawCoverage draws the counts of two axes, or of one as a strip.
func drawCoverage(ctx context.Context, o coverageOptions, r coverage.Result) error {
	if r.Dims == 3 {
		return usagef("-o: a heat map has 1 or 2 axes, not 3")
	}
	w := r.Axes[len(r.Axes)-1]
	h := coverage.Axis{Line: coverage.Line{Counts: []int{1}}}
	if r.Dims == 2 {
		h = r.Axes[0]
	}
	cols, rows := len(w.Counts), len(h.Counts)
	if max(cols, rows) > mostCells {
		return usagef("-o: %dx%d counts are too many for a picture: at most %d a side", rows, cols, mostCells)
	}
	counts := make([]int, 0, cols*rows)
	for _, a := range h.Counts {
		for _, b := range w.Counts {
			n, err := layer.Product(a, b)
			if err != nil {
				return fmt.Errorf("counting paths: %w", err)
			}
			counts = append(counts, n)
		}
	}
	cell := min(max(mapSide/max(cols, rows), leastCell), mostCell)
	heat := picture.Counts(counts, cols, rows, cell)
	heat.Nothing = color.Gray{0xe4}
	if cell >= numberedCell && heat.High < 1000 {
		heat.Format = "%.0f"
	}
	return writeFile(ctx, o.Streams, o.output, nil, coverageFigure(o, r, heat, cols*cell, rows*cell).Encode)
}

// coverageFigure puts a title above the map, and the scale and what it means below.
func coverageFigure(o coverageOptions, r coverage.Result, heat picture.Heat, width, height int) *picture.Canvas {
	const titleSize, textSize, barHeight = 18, 14, 14
	measure := picture.NewCanvas(1, 1, color.White)
	title := strings.Join(o.labels, ", ")
	notes := append([]string{r.View.Title()}, r.Notes()...)
	if slices.Contains(heat.Values, 0) {
		notes[0] += "; grey: none"
	}
	full := max(width, 220, measure.TextWidth(titleSize, title))
	for _, n := range notes {
		full = max(full, measure.TextWidth(textSize, n))
	}
	line := measure.LineHeight(textSize) + 2
	top := edge + measure.LineHeight(titleSize) + 8
	c := picture.NewCanvas(full+2*edge, top+height+edge+barHeight+line+8+len(notes)*line+edge, color.White)
	c.Text(edge, edge, titleSize, color.Black, title)
	left := edge + (full-width)/2
	c.Heat(left, top, heat)
	y := top + height + edge
	c.ColorBar(image.Rect(left, y, left+max(width, 120), y+barHeight), heat.Colormap, heat.Low, heat.High)
	y += barHeight + line + 8
	for i, n := range notes {
		c.Text(edge, y+i*line, textSize, color.Black, n)
	}
	return c
}
