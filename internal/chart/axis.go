package chart

import (
	"math"
	"strconv"

	"convx/internal/drawing"
)

// axis is logarithmic: it maps low to the pixel from, and high to the pixel to.
type axis struct{ low, high, from, to float64 }

func (a axis) at(v float64) float64 {
	return a.from + (a.to-a.from)*math.Log(v/a.low)/math.Log(a.high/a.low)
}

// steps of a power of ten that are marked, closest first.
var steps = [][]float64{{1, 2, 5}, {1}}

// ticks are at 1, 2 and 5 of each power of ten, or where these stand closer than room, at some powers of ten.
func (a axis) ticks(room float64) []float64 {
	perDecade := math.Abs(a.to-a.from) / math.Log10(a.high/a.low)
	marks, every := steps[0], 1
	if perDecade*math.Log10(2) < room {
		marks, every = steps[1], int(math.Ceil(room/perDecade))
	}
	var ticks []float64
	for e := int(math.Floor(math.Log10(a.low))); e <= int(math.Ceil(math.Log10(a.high))); e++ {
		for _, m := range marks {
			// parsed, not computed: a power of ten is then the nearest there is to it
			v, err := strconv.ParseFloat(strconv.FormatFloat(m, 'f', -1, 64)+"e"+strconv.Itoa(e), 64)
			if err == nil && e%every == 0 && v >= a.low && v <= a.high {
				ticks = append(ticks, v)
			}
		}
	}
	return ticks
}

// gridVertical draws the lines of a horizontal axis and writes its ticks below, in letters of that size.
func (a axis) gridVertical(d *drawing.Drawing, top, bottom, letters float64) {
	for _, v := range a.ticks(2.5 * letters) {
		x := crisp(a.at(v))
		d.Line(x, top, x, bottom, 1, pale)
		d.Text(x, bottom+1.1*letters, letters, drawing.Center, ink, short(v))
	}
	d.Line(a.from, crisp(bottom), a.to, crisp(bottom), 1, grey)
}

// gridHorizontal draws the lines of a vertical axis and writes its ticks to the left.
func (a axis) gridHorizontal(d *drawing.Drawing, left, right, letters float64) {
	for _, v := range a.ticks(1.25 * letters) {
		y := crisp(a.at(v))
		d.Line(left, y, right, y, 1, pale)
		d.Text(left-8, y, letters, drawing.Right, ink, short(v))
	}
	d.Line(crisp(left), a.from, crisp(left), a.to, 1, grey)
}

func short(v float64) string {
	if v >= 1000 && v < 1e6 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
