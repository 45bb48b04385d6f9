package draw

import (
	"fmt"
	"strconv"
	"strings"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// values are what stands in the cells of a sliding window's figure.
type values interface {
	text(y, x int) string       // of a cell of the padded input
	result(row, col int) string // of an output cell
	sum(row, col int) string    // the arithmetic behind it
}

// numbers are small whole values for one input plane and one kernel, and the output that they make.
type numbers struct {
	g             geometry
	input, kernel []int
	bias          int
}

// newNumbers are those of a layer of one channel.
func newNumbers(g geometry, seed uint64) *numbers { return newChannel(g, seed, 0) }

// biasOf is a small bias that is not 0.
func biasOf(seed uint64) int { return tensor.NewStream(seed, "draw bias").Int(1, 3) }

// newChannel are those of one input channel of several.
func newChannel(g geometry, seed uint64, channel int) *numbers {
	suffix := ""
	if channel > 0 {
		suffix = " " + itoa(channel)
	}
	n := &numbers{g: g, input: make([]int, g.in[0]*g.in[1]), kernel: make([]int, g.kernel[0]*g.kernel[1])}
	for _, a := range []struct {
		name   string
		lo, hi int
		v      []int
	}{{"input", 0, 3, n.input}, {"kernel", -1, 2, n.kernel}} {
		s := tensor.NewStream(seed, "draw "+a.name+suffix)
		for i := range a.v {
			a.v[i] = s.Int(a.lo, a.hi)
		}
	}
	return n
}

// at is the value of a cell of the padded input.
func (n *numbers) at(y, x int) int {
	y, x, ok := n.g.source(y, x)
	if !ok {
		return 0
	}
	return n.input[y*n.g.in[1]+x]
}

func (n *numbers) text(y, x int) string       { return itoa(n.at(y, x)) }
func (n *numbers) result(row, col int) string { return itoa(n.output(row, col)) }

func (n *numbers) weight(ky, kx int) int { return n.kernel[ky*n.g.kernel[1]+kx] }

// output is the value of one output cell.
func (n *numbers) output(row, col int) int {
	sum := n.bias
	for ky := range n.g.kernel[0] {
		for kx := range n.g.kernel[1] {
			y, x := n.g.tap(row, col, ky, kx)
			sum += n.at(y, x) * n.weight(ky, kx)
		}
	}
	return sum
}

// mostTerms are the products that a caption spells out.
const mostTerms = 12

// sum writes the arithmetic of one output cell; products with an input of 0 are left out where there are many.
func (n *numbers) sum(row, col int) string {
	var terms []string
	left := 0
	for ky := range n.g.kernel[0] {
		for kx := range n.g.kernel[1] {
			y, x := n.g.tap(row, col, ky, kx)
			if n.at(y, x) == 0 {
				left++
				continue
			}
			w := strconv.Itoa(n.weight(ky, kx))
			if n.weight(ky, kx) < 0 {
				w = "(" + w + ")"
			}
			terms = append(terms, fmt.Sprintf("%d×%s", n.at(y, x), w))
		}
	}
	s := lang.Sprintf("output[%d, %d] = ", row, col)
	if n.bias != 0 {
		terms = append(terms, lang.Sprintf("%d (bias)", n.bias))
	}
	if len(terms) > mostTerms { // a caption, not a page of them
		terms = append(append(terms[:mostTerms/2:mostTerms/2], "…"), terms[len(terms)-2:]...)
	}
	if terms == nil {
		return s + lang.Text("0: every input under the kernel is 0")
	}
	s += strings.Join(terms, " + ") + fmt.Sprintf(" = %d", n.output(row, col))
	switch left {
	case 0:
		return s
	case 1:
		return s + lang.Text("   (a product with 0 left out)")
	}
	return s + lang.Sprintf("   (%d products with 0 left out)", left)
}
