package chart

import (
	"cmp"
	"math"
	"slices"

	"convx/internal/drawing"
)

// dot is a named point on the page.
type dot struct {
	name string
	x, y float64
}

// box is a rectangle from (x0, y0) to (x1, y1).
type box struct{ x0, y0, x1, y1 float64 }

// addNames writes the dots' names beside them in letters of that size, each in the nearest place that covers no dot, name, line to a name or roof; where
// that is further off, with a line to the dot. It returns how many found no place.
//
// Who chooses first decides who finds a place, so several orders are tried: in each, those who were worst off before choose
// earlier (squeaky wheel optimization: Joslin & Clements 1999). Drawn is the one that leaves the fewest names out, then that of
// the shortest way from dots to names.
func addNames(d *drawing.Drawing, dots []dot, letters float64, roof []drawing.Segment, page box) (unnamed int) {
	ruler := drawing.NewRuler()
	widths, order, blame := make([]float64, len(dots)), make([]int, len(dots)), make([]float64, len(dots))
	for i, p := range dots {
		widths[i], order[i] = ruler.Width(letters, p.name), i
	}
	var best []label
	least := math.Inf(1)
	for range min(mostOrders, 1+mostChoices/len(dots)) {
		labels, costs := choose(dots, widths, letters, order, roof, page)
		total := 0.0
		for i, c := range costs {
			total += c
			blame[i] += c
		}
		if total < least {
			best, least = labels, total
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(blame[b], blame[a]) })
	}
	for _, l := range best {
		if l.line.length() > 2*dotRadius {
			d.Add(l.line.Segment)
		}
		d.Text(l.place.x0, (l.place.y0+l.place.y1)/2, letters, drawing.Left, ink, l.name)
	}
	return len(dots) - len(best)
}

const (
	mostOrders  = 40
	mostChoices = 1500 // of places, over all orders: what takes about a tenth of a second
)

// label is a name and its place.
type label struct {
	name  string
	place box
	line  leader
}

// choose lets the dots choose places in that order, and says what it costs each.
func choose(dots []dot, widths []float64, letters float64, order []int, roof []drawing.Segment, page box) (labels []label, costs []float64) {
	costs = make([]float64, len(dots))
	t := taken{page: page, roof: roof}
	for _, p := range dots {
		t.boxes = append(t.boxes, box{p.x - dotRadius, p.y - dotRadius, p.x + dotRadius, p.y + dotRadius})
	}
	for _, i := range order {
		p := dots[i]
		place, line, ok := t.nearest(p, i, widths[i], letters+2)
		if !ok {
			costs[i] = furthest * float64(len(dots)) // more than all lines together
			continue
		}
		apart := box{place.x0 - nameGap, place.y0, place.x1 + nameGap, place.y1}
		t.boxes, t.leaders = append(t.boxes, apart), append(t.leaders, line)
		labels = append(labels, label{p.name, place, line})
		costs[i] = line.length()
	}
	return labels, costs
}

// taken is what of the page is no longer free.
type taken struct {
	page    box
	boxes   []box // the dots, then the names
	roof    []drawing.Segment
	leaders []leader
}

// leader is the line from a dot to its name.
type leader struct{ drawing.Segment }

func (l leader) length() float64 { return math.Hypot(l.X1-l.X0, l.Y1-l.Y0) }

// Names are tried on rings around their dot, from 7 pixels on; further than 130 it is no longer seen whose they are.
const (
	innermost, furthest, ringStep = 7, 130, 5
	directions                    = 24
	nameGap                       = 6 // between names in a line, which else would be read as one
)

// nearest finds the nearest free box of that size for the name of dot number own.
func (t *taken) nearest(p dot, own int, width, height float64) (box, leader, bool) {
	for radius := float64(innermost); radius <= furthest; radius += ringStep {
		for k := range directions {
			// right, left, then the directions between, those nearest to right and left first
			turn := float64((k/2+1)/2) * 2 * math.Pi / directions
			if k/2%2 == 1 {
				turn = -turn
			}
			if k%2 == 1 {
				turn = math.Pi - turn
			}
			sin, cos := math.Sincos(turn)
			b := beside(p.x+radius*cos, p.y+radius*sin, cos, sin, width, height)
			line := leader{drawing.Segment{X0: p.x, Y0: p.y, X1: min(max(p.x, b.x0), b.x1), Y1: min(max(p.y, b.y0), b.y1), Width: 1, Color: grey}}
			if b.inside(t.page) && t.free(b, line, own) {
				return b, line, true
			}
		}
	}
	return box{}, leader{}, false
}

// beside is the box of that size that touches (x, y) with the corner or edge that faces back along (cos, sin).
func beside(x, y, cos, sin, width, height float64) box {
	x0, y0 := x-width/2+cos*width/2, y-height/2+sin*height/2
	if cos > 0.5 {
		x0 = x
	} else if cos < -0.5 {
		x0 = x - width
	}
	return box{x0, y0, x0 + width, y0 + height}
}

// free reports that a box covers nothing, and that the line to it crosses neither another dot nor a name nor such a line; the
// roof it may cross.
func (t *taken) free(b box, line leader, own int) bool {
	for i, o := range t.boxes {
		if b.overlaps(o) || i != own && !o.holds(line.X0, line.Y0) && o.crossed(line.Segment) {
			return false
		}
	}
	for _, s := range t.roof {
		if b.crossed(s) {
			return false
		}
	}
	for _, s := range t.leaders {
		if b.crossed(s.Segment) || cross(s.Segment, line.Segment) {
			return false
		}
	}
	return true
}

func (b box) inside(page box) bool {
	return b.x0 >= page.x0 && b.x1 <= page.x1 && b.y0 >= page.y0 && b.y1 <= page.y1
}

func (b box) holds(x, y float64) bool { return x > b.x0 && x < b.x1 && y > b.y0 && y < b.y1 }

func (b box) overlaps(o box) bool {
	return b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1
}

// crossed reports that a line has a point inside the box: it is cut down to what lies between the edges (Liang & Barsky 1984).
func (b box) crossed(s drawing.Segment) bool {
	from, to := within(s.X0, s.X1, b.x0, b.x1)
	from2, to2 := within(s.Y0, s.Y1, b.y0, b.y1)
	return max(from, from2, 0) < min(to, to2, 1)
}

// within is the part of the way from one value to another that lies between low and high, as fractions of the way.
func within(start, end, low, high float64) (from, to float64) {
	if start == end {
		if start > low && start < high {
			return 0, 1
		}
		return 1, 0
	}
	t0, t1 := (low-start)/(end-start), (high-start)/(end-start)
	return min(t0, t1), max(t0, t1)
}

// cross reports that two lines cut each other.
func cross(a, b drawing.Segment) bool {
	side := func(s drawing.Segment, x, y float64) bool { return (s.X1-s.X0)*(y-s.Y0) > (s.Y1-s.Y0)*(x-s.X0) }
	return side(a, b.X0, b.Y0) != side(a, b.X1, b.Y1) && side(b, a.X0, a.Y0) != side(b, a.X1, a.Y1)
}
