// Package coverage counts which pixels layers use, and how often: what one output sees through a stack of dilated
// convolutions (gridding: pixels inside the receptive field that no path reaches), how many products meet in each output
// of a transposed convolution (checkerboard), how many windows read each input pixel (borders, strides above the kernel).
//
// Windows are boxes, so counts in two and three dimensions are products of counts along each axis: everything here is
// along one axis.
package coverage

import (
	"math"

	"convx/internal/lang"
	"convx/internal/layer"
)

// Step is one sliding layer along one axis.
type Step struct {
	Transposed               bool
	Kernel, Stride, Dilation int
	Pad                      layer.Pad
}

// Line is how often each position along an axis is used. Counts[i] belongs to position First+i.
type Line struct {
	First  int
	Counts []int
}

// MaxLine bounds a line's length.
const MaxLine = 1 << 20

// mostTaps bounds the taps that are walked one by one, to about a second's worth.
const mostTaps = 1 << 28

// Field counts the paths from one output (position 0) back to each input position, through steps in the order in which
// data pass them. Borders are left out: it is an output in the middle of a large input.
func Field(steps []Step) (Line, error) {
	line := Line{Counts: []int{1}}
	for i := len(steps) - 1; i >= 0; i-- {
		next, err := steps[i].back(line)
		if err != nil {
			return Line{}, err
		}
		line = next
	}
	return line, nil
}

// back spreads the counts of a step's outputs over its inputs.
func (s Step) back(out Line) (Line, error) {
	if len(out.Counts) > MaxLine/s.Kernel {
		return Line{}, lang.Errorf("the receptive field is longer than %d positions", MaxLine)
	}
	at := make(map[int]int, len(out.Counts)*s.Kernel)
	for i, n := range out.Counts {
		if n == 0 {
			continue
		}
		for t := range s.Kernel {
			pos, reached := s.source(out.First+i, t)
			if !reached {
				continue
			}
			sum, err := layer.Sum(at[pos], n)
			if err != nil {
				return Line{}, lang.Errorf("counting paths: %w", err)
			}
			at[pos] = sum
		}
	}
	return lineOf(at)
}

// source is the input position that tap t of output o reads, if there is one.
func (s Step) source(o, t int) (pos int, reached bool) {
	if !s.Transposed {
		return o*s.Stride - s.Pad.Begin + t*s.Dilation, true
	}
	// Input i adds its product with tap t to output i*stride + t*dilation - padding.
	n := o + s.Pad.Begin - t*s.Dilation
	if n%s.Stride != 0 {
		return 0, false
	}
	return n / s.Stride, true
}

func lineOf(at map[int]int) (Line, error) {
	if len(at) == 0 {
		return Line{Counts: []int{0}}, nil
	}
	first, last := math.MaxInt, math.MinInt
	for p := range at {
		first, last = min(first, p), max(last, p)
	}
	if last-first >= MaxLine {
		return Line{}, lang.Errorf("the receptive field is longer than %d positions", MaxLine)
	}
	l := Line{First: first, Counts: make([]int, last-first+1)}
	for p, n := range at {
		l.Counts[p-first] = n
	}
	return l, nil
}

// Reads counts the windows that read each of in input positions; padding is not counted.
func Reads(s Step, in, out int) (Line, error) { return s.scatter(in, out, false) }

// Overlap counts the products that meet in each of out outputs of a transposed step.
func Overlap(s Step, in, out int) (Line, error) { return s.scatter(in, out, true) }

// scatter walks every output and tap of a layer of in inputs, and counts inputs or outputs.
func (s Step) scatter(in, out int, outputs bool) (Line, error) {
	if max(in, out) > MaxLine {
		return Line{}, lang.Errorf("an axis of %d is longer than %d positions", max(in, out), MaxLine)
	}
	if s.Kernel > mostTaps/out {
		return Line{}, lang.Errorf("%d windows of %d taps are more than can be counted", out, s.Kernel)
	}
	n := in
	if outputs {
		n = out
	}
	l := Line{Counts: make([]int, n)}
	for o := range out {
		for t := range s.Kernel {
			i, reached := s.source(o, t)
			if !reached || i < 0 || i >= in {
				continue
			}
			if outputs {
				i = o
			}
			l.Counts[i]++
		}
	}
	return l, nil
}

// Summary is what a line comes to.
type Summary struct {
	Size int // positions
	Seen int // positions with a count above 0
	// LargestGap is the longest run of unseen positions between seen ones.
	LargestGap int
	Least      int
	Most       int
}

// Summary sums a line up.
func (l Line) Summary() Summary {
	s := Summary{Size: len(l.Counts), Least: l.Counts[0]}
	gap := -1 // before the first seen position there is no gap
	for _, n := range l.Counts {
		s.Least, s.Most = min(s.Least, n), max(s.Most, n)
		if n == 0 {
			if gap >= 0 {
				gap++
			}
			continue
		}
		s.Seen++
		s.LargestGap = max(s.LargestGap, gap)
		gap = 0
	}
	return s
}
