package shape

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
)

// seen lists the pixels that an output depends on, by the definition of what made it.
type seen func(o int) map[int]bool

// union is what positions together see.
func (s seen) union(at []int) map[int]bool {
	all := map[int]bool{}
	for _, i := range at {
		for p := range s(i) {
			all[p] = true
		}
	}
	return all
}

// remembered keeps what was asked before.
func remembered(s seen) seen {
	known := map[int]map[int]bool{}
	return func(o int) map[int]bool {
		if _, ok := known[o]; !ok {
			known[o] = s(o)
		}
		return known[o]
	}
}

// drawLayer draws a layer, and gives its field and what it sees tap by tap.
func drawLayer(t *rapid.T, a Axis, in seen) (Axis, seen) {
	of := func(op layer.Op, st Stage) Axis { return OfField(op, st, []Field{FieldOf(a)}).axes[0] }
	one := func(name string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, name) }
	switch kind := rapid.SampledFrom([]string{"conv", "conv", "pool", "transposed", "transposed", "nearest", "linear", "adaptive", "part", "pad", "copies", "blocks", "back"}).Draw(t, "layer"); kind {
	case "conv", "pool":
		k, s, d, p := one("kernel", 1, 4), one("stride", 1, 3), one("dilation", 1, 3), one("padding", 0, 3)
		w := window1D(k, s, d, p)
		op := layer.Op(layer.Conv{Window: w, OutChannels: 1, Groups: 1})
		if kind == "pool" {
			op = layer.Pool{Window: w, Func: layer.MaxPool}
		}
		return of(op, Stage{Inputs: [][]int{{1, 1, 99}}, Pads: w.Padding.Pairs}), func(o int) map[int]bool {
			var at []int
			for tap := range k {
				at = append(at, o*s-p+tap*d)
			}
			return in.union(at)
		}
	case "transposed":
		k, s, d, p := one("kernel", 1, 5), one("stride", 1, 4), one("dilation", 1, 3), one("padding", 0, 3)
		w := window1D(k, s, d, p)
		return of(layer.Transposed{Window: w, OutChannels: 1, Groups: 1}, Stage{Inputs: [][]int{{1, 1, 99}}, Pads: w.Padding.Pairs}), func(o int) map[int]bool {
			var at []int
			for i := o/s - 20; i < o/s+20; i++ {
				for tap := range k {
					if i*s+tap*d == o+p {
						at = append(at, i)
					}
				}
			}
			return in.union(at)
		}
	case "nearest", "linear":
		n, m := one("from", 1, 5), one("to", 1, 5)
		op := layer.Resize{Size: []int{60 * m}, Nearest: kind == "nearest"}
		return of(op, Stage{Inputs: [][]int{{1, 1, 60 * n}}, Output: []int{1, 1, 60 * m}}), func(o int) map[int]bool {
			at := (float64(o)+0.5)*float64(n)/float64(m) - 0.5
			if kind == "nearest" {
				return in(int(math.Floor(at + 0.5 + 1e-9)))
			}
			if near := math.Round(at); math.Abs(at-near) < 1e-9 {
				return in(int(near))
			}
			return in.union([]int{int(math.Floor(at)), int(math.Floor(at)) + 1})
		}
	case "adaptive":
		n, m := one("from", 2, 9), one("to", 2, 5)
		return of(layer.Pool{Adaptive: []int{m}, Func: layer.MaxPool}, Stage{Inputs: [][]int{{1, 1, n}}, Output: []int{1, 1, m}}), func(o int) map[int]bool {
			var at []int
			for i := int(math.Floor(float64(o*n) / float64(m))); i < int(math.Ceil(float64((o+1)*n)/float64(m))); i++ {
				at = append(at, i)
			}
			return in.union(at)
		}
	case "part", "back":
		start, step := one("start", -3, 3), one("step", 1, 3)
		if kind == "back" {
			step = -step
		}
		return a.Along(Part(start, step)), func(o int) map[int]bool { return in(start + o*step) }
	case "pad":
		p := one("padding", 0, 3)
		return a.Along(Part(-p, 1)), func(o int) map[int]bool { return in(o - p) }
	case "copies":
		n := one("times", 1, 4)
		return a.Along(Copies(n)), func(o int) map[int]bool { return in(int(math.Floor(float64(o) / float64(n)))) }
	}
	n := one("block", 1, 3)
	return a.Along(Blocks(n)), func(o int) map[int]bool {
		var at []int
		for i := range n {
			at = append(at, o*n+i)
		}
		return in.union(at)
	}
}

// Every output of random chains and joins, upsampling and transposed included, sees the pixels between the first and the last
// that it depends on; the field is the most and the least of all phases.
func TestFieldsByWhatIsSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type branch struct {
			axis Axis
			seen seen
		}
		branches := []branch{{AxisStart(), func(o int) map[int]bool { return map[int]bool{o: true} }}}
		for range rapid.IntRange(1, 6).Draw(t, "layers") {
			from := branches[rapid.IntRange(0, len(branches)-1).Draw(t, "from")]
			a, s := drawLayer(t, from.axis, from.seen)
			if a.far != nil || len(a.lo) > 200 || abs(a.jump) > 5000 {
				t.Skip("large")
			}
			branches = append(branches, branch{a, remembered(s)})
			b := branches[rapid.IntRange(0, len(branches)-1).Draw(t, "other")]
			if a.jump*b.axis.phases() == b.axis.jump*a.phases() && rapid.Bool().Draw(t, "join") {
				joined := a.Join(b.axis)
				branches = append(branches, branch{joined, remembered(func(o int) map[int]bool {
					all := map[int]bool{}
					for _, x := range []seen{s, b.seen} {
						for p := range x(o) {
							all[p] = true
						}
					}
					return all
				})})
			}
		}
		last := branches[len(branches)-1]
		f := FieldOf(last.axis)
		most, least := 0, math.MaxInt
		for o := -2; o < 2*len(last.axis.lo)+2; o++ {
			pixels := last.seen(o)
			var all []int
			for p := range pixels {
				all = append(all, p)
			}
			size := 0
			if len(all) > 0 {
				size = slices.Max(all) - slices.Min(all) + 1
			}
			lo, hi := last.axis.at(int64(o))
			if max(0, int(hi-lo+1)) != size || size > 0 && int(lo) != slices.Min(all) {
				t.Fatalf("output %d sees %d to %d, by the definition %v", o, lo, hi, all)
			}
			most, least = max(most, size), min(least, size)
		}
		if f.Size[0] != float64(most) || f.Least[0] != float64(least) {
			t.Fatalf("size %g, least %g, by the definition %d and %d", f.Size[0], f.Least[0], most, least)
		}
	})
}
