package chart

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars are rows of horizontal bars, one panel a quantity, side by side: the same row is the same thing in each.
type Bars struct {
	Labels []string
	Panels []Panel
	// Baseline is the row that the others are compared with; it is drawn in another colour.
	Baseline int
}

// Panel is one quantity, with a value and its text for each row.
type Panel struct {
	Title  string
	Values []float64
	Texts  []string
}

const (
	rowHeight  = 0.75 * vg.Centimeter
	panelWidth = 6.5 * vg.Centimeter
	margin     = 0.4 * vg.Centimeter
	titleRoom  = 1.1 * vg.Centimeter
)

// Write draws the bars. Values are neither negative nor infinite nor NaN.
func (b Bars) Write(w io.Writer, f Format) error {
	if len(b.Labels) == 0 || len(b.Panels) == 0 {
		return errors.New("a chart of nothing: there are no bars to draw")
	}
	style := textStyle(11)
	style.XAlign = text.XRight
	labelRoom := vg.Length(0)
	for _, l := range b.Labels {
		labelRoom = max(labelRoom, style.Width(l))
	}
	height := titleRoom + vg.Length(len(b.Labels))*rowHeight + 2*margin
	width := labelRoom + vg.Length(len(b.Panels))*panelWidth + 3*margin
	var panels []*plot.Plot
	for _, p := range b.Panels {
		drawn, err := b.panel(p)
		if err != nil {
			return fmt.Errorf("%s: %w", p.Title, err)
		}
		panels = append(panels, drawn)
	}
	return render(w, f, width, height, func(page draw.Canvas) {
		b.labels(page, style, labelRoom)
		for i, p := range panels {
			left := labelRoom + 2*margin + vg.Length(i)*panelWidth
			p.Draw(draw.Crop(page, left, left+panelWidth-width-margin/2, margin, -margin))
		}
	})
}

// labels names the rows to the left of the first panel.
func (b Bars) labels(page draw.Canvas, style draw.TextStyle, room vg.Length) {
	for i, l := range b.Labels {
		y := page.Max.Y - margin - titleRoom - (vg.Length(i)+0.5)*rowHeight
		page.FillText(style, vg.Point{X: page.Min.X + room + margin, Y: y}, l)
	}
}

// panel draws one quantity: bars from the top downwards, each with its value at its end.
func (b Bars) panel(p Panel) (*plot.Plot, error) {
	if len(p.Values) != len(b.Labels) || len(p.Texts) != len(b.Labels) {
		return nil, fmt.Errorf("%d values and %d texts for %d rows", len(p.Values), len(p.Texts), len(b.Labels))
	}
	if err := finite(p.Values...); err != nil {
		return nil, err
	}
	pl := plot.New()
	plain(pl, p.Title)
	pl.Title.Padding = titleRoom - pl.Title.TextStyle.Height(p.Title)
	pl.HideAxes()
	most := slices.Max(p.Values)
	if most == 0 {
		most = 1
	}
	n := len(p.Values)
	for i, v := range p.Values {
		bar, err := plotter.NewBarChart(plotter.Values{v}, 0.62*rowHeight)
		if err != nil {
			return nil, err
		}
		bar.Horizontal, bar.XMin, bar.LineStyle.Width, bar.Color = true, float64(n-1-i), 0, blue
		if i == b.Baseline {
			bar.Color = grey
		}
		pl.Add(bar)
	}
	values := plotter.XYLabels{Labels: p.Texts}
	for i, v := range p.Values {
		values.XYs = append(values.XYs, plotter.XY{X: v + most/60, Y: float64(n - 1 - i)})
	}
	texts, err := plotter.NewLabels(values)
	if err != nil {
		return nil, err
	}
	for i := range texts.TextStyle {
		texts.TextStyle[i] = textStyle(10)
	}
	pl.Add(texts)
	pl.X.Min, pl.X.Max = 0, 1.45*most // room for the values' texts
	pl.Y.Min, pl.Y.Max = -0.5, float64(n)-0.5
	pl.X.Padding, pl.Y.Padding = 0, 0
	return pl, nil
}
