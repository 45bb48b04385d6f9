package gradient

import (
	"convx/internal/lang"
	"convx/internal/network"
)

// tap is a pixel beside each of P places along an axis: its place, a whole number, and its weight, N x 1 x P both; the weight may be
// None for 1.
type tap struct{ at, weight int }

// mostPixels is the number of pixels of a plane up to which float32 tells all of them apart.
const mostPixels = 1 << 24

// corners are the weighted pixels around P places on the planes of x, N x C x spatial: N x C x P for every choice of a tap along each
// axis. What is sampled is their sum.
func (b *backward) corners(x int, axes [][]tap) ([]int, error) {
	s := b.shape(x)
	if elements(s[2:]) > mostPixels {
		return nil, unknown(lang.Sprintf("on planes of more than %d pixels", mostPixels))
	}
	all := axes[0]
	for a := 1; a < len(axes); a++ {
		var next []tap
		for _, before := range all {
			for _, t := range axes[a] {
				both := tap{b.plus(b.mul(before.at, b.number(float64(s[2+a]))), t.at), t.weight}
				switch {
				case t.weight == network.None:
					both.weight = before.weight
				case before.weight != network.None:
					both.weight = b.mul(before.weight, t.weight)
				}
				next = append(next, both)
			}
		}
		all = next
	}
	flat := b.reshape(x, []int{s[0], s[1], elements(s[2:])})
	each := []int{s[0], s[1], b.shape(all[0].at)[2]}
	parts := make([]int, len(all))
	for i, t := range all {
		number := b.op("Cast", map[string]any{"to": int64(7)}, b.shape(t.at), t.at)
		parts[i] = b.op("GatherElements", map[string]any{"axis": int64(2)}, each, flat, b.op("Expand", nil, each, number, b.list(each...)))
		if t.weight != network.None {
			parts[i] = b.mul(parts[i], t.weight)
		}
	}
	return parts, nil
}

// total adds up values of one shape.
func (b *backward) total(parts []int) int {
	sum := parts[0]
	for _, v := range parts[1:] {
		sum = b.plus(sum, v)
	}
	return sum
}

// linear are the two pixels around each place.
func (b *backward) linear(place int) []tap {
	first := b.apply("Floor", nil, place)
	share := b.sub(place, first)
	return []tap{{first, b.sub(b.number(1), share)}, {b.plus(first, b.number(1)), share}}
}

// cubic are the four pixels around each place, weighted by the kernel of Keys (1981).
func (b *backward) cubic(place int) []tap {
	const a = -0.75
	first := b.apply("Floor", nil, place)
	share := b.sub(place, first)
	// polynomial is the one of these factors, the highest power first, at a distance.
	polynomial := func(d int, factors ...float64) int {
		v := b.mul(d, b.number(factors[0]))
		for _, f := range factors[1:] {
			v = b.plus(v, b.number(f))
			if f != factors[len(factors)-1] {
				v = b.mul(v, d)
			}
		}
		return v
	}
	far := func(d int) int { return polynomial(d, a, -5*a, 8*a, -4*a) }
	near := func(d int) int { return polynomial(d, a+2, -a-3, 0, 1) }
	other := b.sub(b.number(1), share)
	return []tap{
		{b.sub(first, b.number(1)), far(b.plus(share, b.number(1)))}, {first, near(share)},
		{b.plus(first, b.number(1)), near(other)}, {b.plus(first, b.number(2)), far(b.plus(other, b.number(1)))},
	}
}

// within is 1 where a value is from lo to hi, else 0.
func (b *backward) within(v int, lo, hi float64) int {
	return b.mul(b.mask("GreaterOrEqual", v, b.number(lo)), b.mask("LessOrEqual", v, b.number(hi)))
}

func (b *backward) clip(v int, lo, hi float64) int {
	return b.op("Clip", nil, b.shape(v), v, b.number(lo), b.number(hi))
}

// zeros holds a tap within the n pixels of an axis, and leaves it without weight where it was not.
func (b *backward) zeros(t *tap, n int) {
	counts := b.within(t.at, 0, float64(n-1))
	if t.weight == network.None {
		t.weight = counts
	} else {
		t.weight = b.mul(t.weight, counts)
	}
	t.at = b.clip(t.at, 0, float64(n-1))
}

// grid is how GridSample treats what lies outside of the planes (Jaderberg et al. 2015).
type grid struct {
	*backward
	padding string
	align   bool
}

func gridSample(b *backward, in *network.Instruction) (int, error) {
	x, out := in.In[0], b.shape(in.Out[0])
	spatial := b.shape(x)[2:]
	places, rank := elements(out[2:]), len(spatial)
	g := &grid{backward: b, padding: "zeros", align: whole(in, "align_corners", 0) != 0}
	if p, given := in.Attributes["padding_mode"].(string); given {
		g.padding = p
	}
	mode, _ := in.Attributes["mode"].(string)
	axes := make([][]tap, rank)
	for a, n := range spatial {
		v := b.op("Slice", nil, []int{out[0], places, 1}, b.reshape(in.In[1], []int{out[0], places, rank}), b.list(rank-1-a), b.list(rank-a), b.list(2))
		v = b.reshape(v, []int{out[0], 1, places})
		by, less := float64(n)/2, float64(n-1)/2 // (v + 1) n / 2 - 1/2
		if g.align {
			by = less
		}
		v = b.plus(b.mul(v, b.number(by)), b.number(less))
		switch mode {
		case "nearest":
			axes[a] = []tap{{b.apply("Round", nil, v), network.None}}
		case "cubic", "bicubic":
			axes[a] = b.cubic(v)
		default:
			axes[a] = b.linear(g.inside(v, n))
		}
		for i := range axes[a] {
			g.pixel(&axes[a][i], n)
		}
	}
	parts, err := b.corners(x, axes)
	if err != nil {
		return 0, err
	}
	return b.reshape(b.total(parts), out), nil
}

// inside holds places within an axis of n pixels, or turns them back at its ends; zeros leave them.
func (g *grid) inside(v, n int) int {
	switch g.padding {
	case "border":
		return g.clip(v, 0, float64(n-1))
	case "reflection":
		lo, span := -0.5, float64(n)
		if g.align {
			lo, span = 0, float64(n-1)
		}
		if span == 0 {
			return g.mul(v, g.number(0))
		}
		d := g.apply("Abs", nil, g.sub(v, g.number(lo)))
		turns := g.apply("Floor", nil, g.mul(d, g.number(0.5/span)))
		d = g.sub(d, g.mul(turns, g.number(2*span)))
		d = g.sub(g.number(span), g.apply("Abs", nil, g.sub(g.number(span), d)))
		return g.clip(g.plus(d, g.number(lo)), 0, float64(n-1))
	}
	return v
}

// pixel makes a tap one of the n pixels of an axis, without weight where the padding is zeros.
func (g *grid) pixel(t *tap, n int) {
	if g.padding == "zeros" {
		g.zeros(t, n)
		return
	}
	t.at = g.clip(g.apply("Round", nil, g.inside(t.at, n)), 0, float64(n-1))
}
