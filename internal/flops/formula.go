package flops

import (
	"strconv"
	"strings"

	"convx/internal/layer"
)

// Factor is one number in a formula, and the symbol that stands for it.
type Factor struct {
	Symbol string
	Value  int64
}

// by is a factor of a size.
func by(symbol string, n int) Factor { return Factor{symbol, int64(n)} }

// Term is a product of factors.
type Term []Factor

// Sum is a sum of products: a formula that can be computed and shown. An empty sum is 0.
type Sum []Term

// Value computes the sum. The error is layer.ErrOverflow.
func (s Sum) Value() (int64, error) {
	var total int64
	var buf [12]int64
	for _, t := range s {
		values := buf[:0]
		for _, f := range t {
			values = append(values, f.Value)
		}
		n, err := layer.Product(values...)
		if err == nil {
			total, err = layer.Sum(total, n)
		}
		if err != nil {
			return 0, err
		}
	}
	return total, nil
}

// Symbols writes the formula: N*O*Oh*Ow*(C/g)*Kh*Kw.
func (s Sum) Symbols() string { return s.join(func(f Factor) string { return f.Symbol }) }

// Numbers writes the formula with its numbers: 1*64*112*112*3*7*7.
func (s Sum) Numbers() string {
	return s.join(func(f Factor) string { return strconv.FormatInt(f.Value, 10) })
}

func (s Sum) join(text func(Factor) string) string {
	if len(s) == 0 {
		return "0"
	}
	var b strings.Builder
	for i, t := range s {
		if i > 0 {
			b.WriteString(" + ")
		}
		for j, f := range t {
			if j > 0 {
				b.WriteByte('*')
			}
			b.WriteString(text(f))
		}
	}
	return b.String()
}

// Formula is how one figure of a row came about: Quantity = Sum.Symbols() = Sum.Numbers() = Value.
type Formula struct {
	Quantity string // "params", "macs" or "flops"
	Sum      Sum
	Value    int64
}

// The symbols of spatial axes, by their number: output, input, kernel.
var (
	outSymbols    = [][]string{{}, {"Ow"}, {"Oh", "Ow"}, {"Od", "Oh", "Ow"}}
	inSymbols     = [][]string{{}, {"W"}, {"H", "W"}, {"D", "H", "W"}}
	kernelSymbols = [][]string{{}, {"Kw"}, {"Kh", "Kw"}, {"Kd", "Kh", "Kw"}}
)

// extents pairs numbers with the symbols for that many axes; beyond three axes they are numbered.
func extents(symbols [][]string, values []int) Term {
	t := make(Term, len(values), len(values)+6)
	for i, v := range values {
		if len(values) < len(symbols) {
			t[i] = by(symbols[len(values)][i], v)
		} else {
			t[i] = by("D"+strconv.Itoa(i+1), v)
		}
	}
	return t
}

// output is the number of elements of an output shape (N x O x spatial).
func output(shape []int) Term { return elements("O", outSymbols, shape) }

// input is the number of elements of an input shape (N x C x spatial).
func input(shape []int) Term { return elements("C", inSymbols, shape) }

func elements(channels string, symbols [][]string, shape []int) Term {
	t := Term{}
	for i, name := range []string{"N", channels} {
		if i < len(shape) {
			t = append(t, by(name, shape[i]))
		}
	}
	return append(t, extents(symbols, shape[min(2, len(shape)):])...)
}

// times is a product with more factors.
func (t Term) times(more ...Factor) Term { return append(t[:len(t):len(t)], more...) }
