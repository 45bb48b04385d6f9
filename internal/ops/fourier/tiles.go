package fourier

import "convx/internal/ops/problem"

// segment is the part of one axis that a tile computes. The tile's element 0
// is input first; elements that are no inputs are zeros.
type segment struct {
	from, n  int // outputs
	first    int // may be negative, in the padding
	in, have int // the first input that the tile holds, and how many
}

// lead is how many zeros are in front of the inputs.
func (s *segment) lead() int { return s.in - s.first }

// window is an axis of a convolution of stride 1, without the taps that never
// meet input.
type window struct {
	in, out, kernel, pad int
	skip                 int // taps that were left out in front
}

func windowOf(p *problem.Convolution, axis int) window {
	w := window{in: p.In[axis], out: p.Out[axis], pad: p.Pads[axis].Begin}
	from := max(0, w.pad-(w.out-1))
	to := min(p.Kernel[axis], w.pad+w.in)
	if from >= to { // every tap is in the padding: any one will do
		from, to = 0, 1
	}
	w.skip, w.kernel, w.pad = from, to-from, w.pad-from
	return w
}

// segment is outputs from to from+n.
func (w window) segment(from, n int) segment {
	s := segment{from: from, n: n, first: from - w.pad}
	s.in = min(max(0, s.first), w.in)
	s.have = max(0, min(w.in, s.first+n+w.kernel-1)-s.in)
	if s.have == 0 {
		s.in = s.first
	}
	return s
}

// size is the least that a circular convolution for s may have. It is that of
// all the inputs that its outputs meet, but zeros of the padding may be met on
// both sides: then the last ones are the first again.
func (w window) size(s segment) int {
	if s.have == 0 {
		return max(s.n, w.kernel)
	}
	last := s.n + w.kernel - 1
	wrapped := max(s.lead()+s.have, last-s.lead(), s.n, w.kernel)
	return min(last, wrapped)
}

// segments cuts the axis into count segments.
func (w window) segments(count int) []segment {
	all := make([]segment, count)
	for i := range all {
		from, to := w.out*i/count, w.out*(i+1)/count
		all[i] = w.segment(from, to-from)
	}
	return all
}

// need is the least size of a transform that is enough for count segments:
// those in the middle, which meet no padding, and two at each end.
func (w window) need(count int) int {
	least := 0
	if count > 4 {
		least = ceilDiv(w.out, count) + w.kernel - 1
	}
	for i := range min(count, 4) {
		if i >= 2 {
			i = count - i + 1
		}
		from, to := w.out*i/count, w.out*(i+1)/count
		least = max(least, w.size(w.segment(from, to-from)))
	}
	return least
}

// maxSize bounds the elements of a tile's side.
const maxSize = 256

// cut is a number of segments of an axis and the size that they need.
type cut struct {
	count, size int
	line        float64 // nanoseconds that a line takes an element
}

// rows is how many rows of tiles are transformed, in pairs, where n are met.
func (c cut) rows(n int) float64 {
	pairs := ceilDiv(min(ceilDiv(n, c.count), c.size), 2)
	return float64(2 * pairs * c.count)
}

// cuts lists, for each of the sizes, the least number of segments for which it
// is enough; of equal numbers the smallest size.
func (w window) cuts(sizes []cut) []cut {
	var all []cut
	for _, c := range sizes {
		n := min(w.out, c.size-w.kernel+1)
		if n <= 0 || n < w.out && 3*n < w.kernel && len(all) > 0 {
			continue
		}
		c.count = ceilDiv(w.out, n)
		for c.count > 1 && w.need(c.count-1) <= c.size {
			c.count--
		}
		if w.need(c.count) > c.size {
			continue
		}
		if i := len(all) - 1; i >= 0 && all[i].count == c.count {
			all[i] = c
			continue
		}
		all = append(all, c)
	}
	return all
}
