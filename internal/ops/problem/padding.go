package problem

import (
	"convx/internal/lang"
	"convx/internal/layer"
)

// NeedsPadding reports whether the padding holds something other than zeros.
func (p *Problem) NeedsPadding() bool { return needsPadding(p.PadMode) }

// NeedsPadding is that of a problem.
func (p *Convolution) NeedsPadding() bool { return needsPadding(p.PadMode) }

func needsPadding(mode layer.PadMode) bool { return mode != "" && mode != layer.PadZeros }

// Source is the element of an axis of the input that stands at position i, on the border too: -1 where that is a zero, and behind
// the padding, which only outputs meet that do not exist.
func (p *Convolution) Source(axis, i int) int {
	n := p.In[axis]
	if i >= n+p.Pads[axis].End || !p.NeedsPadding() && (i < 0 || i >= n) {
		return -1
	}
	return borderSource(i, n, p.PadMode)
}

// PadBytes bounds what is padded at once, and the outputs that are made of it: together with what an algorithm needs it
// stays below the workspace of one thread, and much of it in a second-level cache.
const PadBytes = 2 << 20

// stripBytes is as much for borders: they are computed by an algorithm of their own, which needs a workspace too.
const stripBytes = 512 << 10

// PadPlan is how a convolution with a padding mode other than zeros is computed by algorithms that know zeros alone. A
// small input is copied with its border. Of a large one the whole is computed with zeros, in place, and then the outputs
// that meet the border once more, tile by tile, on padded copies; or, if those are many, all outputs tile by tile.
type PadPlan struct {
	Seen  *Problem // what the algorithm computes: p with zeros, or a tile
	Zeros bool
	Tiles []Tiles // computed after that, or instead
}

// Tiles is outputs that are computed in tiles of one size.
type Tiles struct {
	outer   *Problem // that they are a part of
	Turned  bool     // outer has height and width exchanged: columns are computed as rows, which suit vectors
	Tile    *Problem
	regions []region
}

// region is a range of outputs along each axis.
type region [3]struct{ from, to int }

var errTooWide = lang.New("the padded input under one output is larger than the workspace")

// PadPlan does not depend on the number of threads: results must not.
func (p *Problem) PadPlan() (PadPlan, error) {
	all := p.wholeRegion()
	for _, tile := range []*Problem{p.TileOf(p.N, p.Out), p.TileOf(1, p.Out)} {
		if p.holds(tile, PadBytes) {
			return PadPlan{Seen: tile, Tiles: []Tiles{{p, false, tile, []region{all}}}}, nil
		}
	}
	list := p.Borders()
	outputs := 0 // of an image
	for _, b := range list {
		outputs += len(b.regions) * volume(b.regions[0].extent())
	}
	plan := PadPlan{Seen: p.WithZeros(), Zeros: true, Tiles: list}
	if outputs > p.OutPlane()/4 || p.Out[0]*p.Out[1] == 1 { // a long sequence is computed sooner in parts
		tile := p.cut(p.Out, PadBytes)
		plan = PadPlan{Seen: tile, Tiles: []Tiles{{p, false, tile, []region{all}}}}
	}
	for _, b := range plan.Tiles {
		if !b.outer.holds(b.Tile, PadBytes) {
			return plan, errTooWide
		}
	}
	return plan, nil
}

// WithZeros is p with zeros for padding.
func (p *Problem) WithZeros() *Problem {
	q := *p
	q.PadMode = layer.PadZeros
	return &q
}

func (p *Problem) wholeRegion() (all region) {
	for a, n := range p.Out {
		all[a].to = n
	}
	return all
}

func (r region) extent() (n [3]int) {
	for a := range r {
		n[a] = r[a].to - r[a].from
	}
	return n
}

// Borders is the outputs that meet padding: for each axis those at its beginning and at its end, as many of both.
func (p *Problem) Borders() []Tiles {
	var list []Tiles
	inside := p.wholeRegion()
	for a := range p.Out {
		begin := (p.Pads[a].Begin + p.Stride[a] - 1) / p.Stride[a]
		reach := p.In[a] + p.Pads[a].Begin - (p.Kernel[a]-1)*p.Dilation[a] - 1 // of the last output that meets none
		end := p.Out[a]
		if reach >= 0 {
			end -= min(end, reach/p.Stride[a]+1)
		}
		n := max(begin, end)
		switch {
		case n == 0:
			continue
		case 2*n >= p.Out[a]: // what is left has no inside
			return append(list, Tiles{p, false, p.cut(inside.extent(), stripBytes), []region{inside}})
		}
		first, last := inside, inside
		first[a].to, last[a].from = n, p.Out[a]-n
		strips := Tiles{outer: p, regions: []region{first, last}}
		if a == 2 {
			strips = Tiles{outer: p.turn(), Turned: true, regions: []region{first.turn(), last.turn()}}
		}
		strips.Tile = strips.outer.cut(strips.regions[0].extent(), stripBytes)
		list = append(list, strips)
		inside[a].from, inside[a].to = n, p.Out[a]-n
	}
	return list
}

// begin is the input, padding included, that an output meets first.
func (p *Problem) begin(output [3]int) (input [3]int) {
	for a, o := range output {
		input[a] = o*p.Stride[a] - p.Pads[a].Begin
	}
	return input
}

// turn is p with height and width exchanged.
func (p *Problem) turn() *Problem {
	q := *p
	for _, v := range []*[3]int{&q.In, &q.Out, &q.Kernel, &q.Stride, &q.Dilation} {
		v[1], v[2] = v[2], v[1]
	}
	q.Pads[1], q.Pads[2] = q.Pads[2], q.Pads[1]
	return &q
}

func (r region) turn() region { return region{r[0], r[2], r[1]} }

// cut is the tile of at most out outputs that fits into some bytes.
func (p *Problem) cut(out [3]int, most int) *Problem {
	q := p.TileOf(1, out)
	for !p.holds(q, most) && volume(out) > 1 {
		axis := Longest(out)
		out[axis] = Half(out[axis])
		q = p.TileOf(1, out)
	}
	return q
}

// Longest is the axis of a tile to cut. Wide rows suit vectors: the others are cut while they have more than an eighth of
// the width.
func Longest(out [3]int) int {
	axis, most := 2, out[2]
	for a := range 2 {
		if out[a] > 1 && 8*out[a] > most {
			axis, most = a, 8*out[a]
		}
	}
	return axis
}

// Half is about half of n, in whole tiles of 4 if it has several.
func Half(n int) int {
	if n > 16 {
		return (n/2 + 3) / 4 * 4
	}
	return (n + 1) / 2
}

// TileOf is p for n samples and out outputs of each axis, on an input that was padded beforehand.
func (p *Problem) TileOf(n int, out [3]int) *Problem {
	q := *p
	q.N, q.Out, q.Pads, q.PadMode = n, out, [3]layer.Pad{}, layer.PadZeros
	for a := range q.In {
		q.In[a] = (out[a]-1)*p.Stride[a] + (p.Kernel[a]-1)*p.Dilation[a] + 1
	}
	q.Inputs = [][]int{append([]int{n, p.C}, q.In[:]...)}
	q.Output = append([]int{n, p.O}, out[:]...)
	return &q
}

// holds reports whether a tile fits: its padded input and, if it is a part of an image, its outputs.
func (p *Problem) holds(tile *Problem, most int) bool {
	n := tile.InputSize()
	if tile.Out != p.Out {
		n += tile.OutputSize()
	}
	return n <= most/p.ElementSize()
}

func volume(v [3]int) int { return v[0] * v[1] * v[2] }

// AllTiles is all outputs, in tiles of one size.
func (p *Problem) AllTiles(tile *Problem) []Tiles {
	return []Tiles{{p, false, tile, []region{p.wholeRegion()}}}
}
