package chart

import (
	"errors"
	"io"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Roofline is what a machine allows, and layers under it: rate over arithmetic intensity, both on logarithmic axes
// (Williams, Waterman & Patterson 2009).
type Roofline struct {
	Title     string
	Peak      float64 // GFLOP/s
	Bandwidth float64 // GB/s
	Points    []Point
}

// Point is one layer.
type Point struct {
	Name      string
	Intensity float64 // FLOPs a byte
	Rate      float64 // GFLOP/s
}

// Write draws the roof and the points. Points without FLOPs have no place on a logarithmic axis and are left out.
func (r Roofline) Write(w io.Writer, f Format) error {
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
		return errors.New("a chart of nothing: no layer has FLOPs to place under the roof")
	}
	pl, err := r.plot(points)
	if err != nil {
		return err
	}
	return render(w, f, 26*vg.Centimeter, 16*vg.Centimeter, func(page draw.Canvas) {
		pl.Draw(draw.Crop(page, margin, -margin, margin, -margin))
	})
}

func (r Roofline) plot(points []Point) (*plot.Plot, error) {
	pl := plot.New()
	plain(pl, r.Title+": peak "+short(r.Peak)+" GFLOP/s, bandwidth "+short(r.Bandwidth)+" GB/s")
	pl.Title.Padding = vg.Points(6)
	pl.X.Label.Text, pl.Y.Label.Text = "arithmetic intensity, FLOPs a byte", "GFLOP/s"
	for _, a := range []*plot.Axis{&pl.X, &pl.Y} {
		a.Scale, a.Tick.Marker = plot.LogScale{}, decades{}
	}
	ridge := r.Peak / r.Bandwidth
	low, high, bottom := ridge/4, ridge*4, r.Peak/4
	for _, p := range points {
		low, high, bottom = min(low, p.Intensity/1.5), max(high, p.Intensity*1.5), min(bottom, p.Rate/2)
	}
	top := r.Peak * 1.6
	for _, p := range points {
		top = max(top, p.Rate*1.6)
	}
	pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = low, high, bottom, top
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = pale, pale
	pl.Add(grid)
	if err := r.addRoof(pl, low, high, bottom); err != nil {
		return nil, err
	}
	pl.Add(r.legend(points))
	return pl, addPoints(pl, points)
}

// addRoof draws the slope of the bandwidth and the flat of the peak.
func (r Roofline) addRoof(pl *plot.Plot, low, high, bottom float64) error {
	ridge := r.Peak / r.Bandwidth
	start := max(low, bottom/r.Bandwidth)
	roof, err := plotter.NewLine(plotter.XYs{{X: start, Y: start * r.Bandwidth}, {X: ridge, Y: r.Peak}, {X: high, Y: r.Peak}})
	if err != nil {
		return err
	}
	roof.Color, roof.Width = ink, vg.Points(1.5)
	pl.Add(roof)
	return nil
}

func addPoints(pl *plot.Plot, points []Point) error {
	var xy plotter.XYs
	for _, p := range points {
		xy = append(xy, plotter.XY{X: p.Intensity, Y: p.Rate})
	}
	dots, err := plotter.NewScatter(xy)
	if err != nil {
		return err
	}
	dots.GlyphStyle = draw.GlyphStyle{Color: orange, Radius: vg.Points(3), Shape: draw.CircleGlyph{}}
	pl.Add(dots)
	pl.Add(names(points))
	return nil
}

// decades marks 1, 2 and 5 of each power of ten.
type decades struct{}

func (decades) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for e := math.Floor(math.Log10(low)); e <= math.Ceil(math.Log10(high)); e++ {
		for _, m := range []float64{1, 2, 5} {
			if v := m * math.Pow(10, e); v >= low && v <= high {
				ticks = append(ticks, plot.Tick{Value: v, Label: short(v)})
			}
		}
	}
	return ticks
}

func short(v float64) string {
	if v >= 1000 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// legend says in the corner above the slope, where hardly a layer is, what the lines are.
type legend []string

func (r Roofline) legend(points []Point) legend {
	l := legend{
		"slope: what the memory's " + short(r.Bandwidth) + " GB/s allow",
		"flat: what the arithmetic's " + short(r.Peak) + " GFLOP/s allow",
	}
	for _, p := range points {
		if p.Rate > r.Peak {
			return append(l, "above: layers that need fewer operations than", "their definition counts, as with Winograd")
		}
	}
	return l
}

// Plot writes the lines.
func (l legend) Plot(c draw.Canvas, _ *plot.Plot) {
	style := textStyle(10)
	for i, line := range l {
		c.FillText(style, vg.Point{X: c.Min.X + 8, Y: c.Max.Y - style.Height(line)*(1+1.5*vg.Length(i))}, line)
	}
}
