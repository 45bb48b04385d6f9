package budget

import (
	"fmt"
	"math"
	"slices"

	"convx/internal/lang"
)

// Rename is a layer that has another name than in the baseline, and the same kind, shape and counts.
type Rename struct{ Name, Was string }

// Pairs of an alignment cost differences first; then, among alignments with as few, those that keep kinds and names are
// cheaper. No network has so many layers that the small costs add up to a difference.
const (
	perDifference = 1 << 40
	perOtherKind  = 1 << 20
	perOtherName  = 1
)

// maxCells bounds an alignment: a byte a cell.
const maxCells = 8 << 20

// pairs puts the layers of a subject beside those of an earlier one by sequence alignment: the fewest layers that were put in,
// taken out or replaced, whatever their names. changed are the differences, in order.
func pairs(s, before Subject) (changed []Change, renamed []Rename) {
	for _, p := range align(before.Layers, s.Layers) {
		switch {
		case p.was == nil:
			changed = append(changed, Change{Name: p.now.Name, Kind: p.now.Kind, After: p.now.Counts})
		case p.now == nil:
			changed = append(changed, Change{Name: p.was.Name, Was: p.was.Name, WasKind: p.was.Kind, Before: p.was.Counts})
		case !p.was.alike(*p.now):
			changed = append(changed, Change{Name: p.now.Name, Kind: p.now.Kind, Was: p.was.Name, WasKind: p.was.Kind, Before: p.was.Counts, After: p.now.Counts})
		case p.was.Name != p.now.Name:
			renamed = append(renamed, Rename{p.now.Name, p.was.Name})
		}
	}
	return changed, renamed
}

// alike reports whether two layers are of one kind, with the same output and counts, as far as both are known.
func (l Layer) alike(m Layer) bool {
	return (l.Kind == m.Kind || l.Kind == "" || m.Kind == "") && (l.Output == nil || m.Output == nil || slices.Equal(l.Output, m.Output)) && !differ(l.Counts, m.Counts)
}

// pair is a layer and what it was; nil is a layer that there is not.
type pair struct{ was, now *Layer }

// cost of putting two layers beside each other, without their names.
func (p pair) cost() (c int64) {
	if !p.was.alike(*p.now) {
		c = perDifference
	}
	if p.was.Kind != p.now.Kind {
		c += perOtherKind
	}
	return c
}

// align aligns two lists. Layers at either end that are the same, with their names, are beside each other; what lies between
// is aligned in a band around the diagonal, which is widened until no alignment outside of it can have fewer differences.
func align(was, now []Layer) []pair {
	same := func(i, j int) bool { return was[i].Name == now[j].Name && was[i].alike(now[j]) }
	head := 0
	for head < min(len(was), len(now)) && same(head, head) {
		head++
	}
	tail := 0
	for tail < min(len(was), len(now))-head && same(len(was)-1-tail, len(now)-1-tail) {
		tail++
	}
	a, b := was[head:len(was)-tail], now[head:len(now)-tail]
	out := make([]pair, 0, max(len(was), len(now)))
	for i := range head {
		out = append(out, pair{&was[i], &now[i]})
	}
	out = append(out, between(a, b)...)
	for i := tail; i > 0; i-- {
		out = append(out, pair{&was[len(was)-i], &now[len(now)-i]})
	}
	return out
}

func between(a, b []Layer) []pair {
	off := max(len(a)-len(b), len(b)-len(a))
	if (2*(off+16)+1)*(len(a)+1) > maxCells {
		return inOrder(a, b)
	}
	d := &band{a: a, b: b}
	if !d.prepare() {
		return inOrder(a, b)
	}
	for width := off + 16; ; width *= 2 {
		d.fill(width)
		// A wider band than the memory has would say no more: so many layers differ already.
		if d.differences <= width || width >= max(len(a), len(b)) || (4*width+1)*(len(a)+1) > maxCells {
			return d.pairs()
		}
	}
}

// inOrder pairs lists that are too unlike in length to be aligned: by place.
func inOrder(a, b []Layer) (out []pair) {
	for i := range max(len(a), len(b)) {
		var p pair
		if i < len(a) {
			p.was = &a[i]
		}
		if i < len(b) {
			p.now = &b[i]
		}
		out = append(out, p)
	}
	return out
}

// band is the table of the alignment's steps, within width of the diagonal.
type band struct {
	a, b        []Layer
	width       int
	steps       []step
	differences int
	classA      []int // of each layer of a: those of one class are equal in all but their names
	classB      []int
	costs       [][]int64 // of a pair of classes, without the names
	names       [2][]int  // numbers of the names
}

// classes numbers the layers that are equal in all but their names, and gives one of each class.
func classes(layers []Layer) (of []int, one []*Layer) {
	at := map[string]int{}
	for i := range layers {
		l := &layers[i]
		key := fmt.Sprint(l.Kind, l.Output, l.Counts)
		k, known := at[key]
		if !known {
			k = len(one)
			at[key], one = k, append(one, l)
		}
		of = append(of, k)
	}
	return of, one
}

// prepare works out what pairs cost; false says that the kinds of pairs are too many.
func (d *band) prepare() bool {
	var oneA, oneB []*Layer
	d.classA, oneA = classes(d.a)
	d.classB, oneB = classes(d.b)
	if len(oneA)*len(oneB) > maxCells/2 {
		return false
	}
	d.costs = make([][]int64, len(oneA))
	for i, a := range oneA {
		d.costs[i] = make([]int64, len(oneB))
		for j, b := range oneB {
			d.costs[i][j] = pair{a, b}.cost()
		}
	}
	at := map[string]int{}
	for side, layers := range [][]Layer{d.a, d.b} {
		for _, l := range layers {
			if _, known := at[l.Name]; !known {
				at[l.Name] = len(at)
			}
			d.names[side] = append(d.names[side], at[l.Name])
		}
	}
	return true
}

// cost of putting layer i of a beside layer j of b.
func (d *band) cost(i, j int) int64 {
	c := d.costs[d.classA[i]][d.classB[j]]
	if d.names[0][i] != d.names[1][j] {
		c += perOtherName
	}
	return c
}

type step byte

const (
	together step = iota
	gone
	added
)

// fill is the dynamic program of Needleman & Wunsch 1970 within a band, as Ukkonen 1985 bounds it: cell (i, j) is the least
// cost of aligning the first i layers with the first j.
func (d *band) fill(width int) {
	a, b := d.a, d.b
	d.width, d.steps = width, make([]step, (len(a)+1)*(2*width+1))
	const far = math.MaxInt64 / 2
	row, above := make([]int64, 2*width+3), make([]int64, 2*width+3) // place k+1 is column i-width+k
	for i := 0; i <= len(a); i++ {
		for k := range row {
			row[k] = far
		}
		for k := 0; k <= 2*width; k++ {
			j := i - width + k
			if j < 0 || j > len(b) {
				continue
			}
			best, how := int64(far), together
			if i == 0 && j == 0 {
				best = 0
			}
			if i > 0 && j > 0 && above[k+1] < far {
				best = above[k+1] + d.cost(i-1, j-1)
			}
			if i > 0 && above[k+2]+perDifference < best {
				best, how = above[k+2]+perDifference, gone
			}
			if j > 0 && row[k]+perDifference < best {
				best, how = row[k]+perDifference, added
			}
			row[k+1], d.steps[i*(2*width+1)+k] = best, how
		}
		row, above = above, row
	}
	d.differences = int(above[len(b)-len(a)+width+1] / perDifference)
}

// pairs walks back from the end.
func (d *band) pairs() (out []pair) {
	i, j := len(d.a), len(d.b)
	for i > 0 || j > 0 {
		switch d.steps[i*(2*d.width+1)+j-i+d.width] {
		case together:
			i, j = i-1, j-1
			out = append(out, pair{&d.a[i], &d.b[j]})
		case gone:
			i--
			out = append(out, pair{was: &d.a[i]})
		case added:
			j--
			out = append(out, pair{now: &d.b[j]})
		}
	}
	slices.Reverse(out)
	return out
}

// What says what became of the layer: new, gone, replaced by another kind, or changed, and what it was called.
func (c Change) What() string {
	switch {
	case c.Before == nil:
		return "new"
	case c.After == nil:
		return "gone"
	case c.Kind != c.WasKind:
		return lang.Sprintf("%s was %s", c.Kind, c.WasKind)
	case c.Was != "" && c.Was != c.Name:
		return "was " + c.Was
	}
	return ""
}
