package gradient

import (
	"slices"
	"strings"

	"convx/internal/network"
	"convx/internal/tensor"
)

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// equation is an Einsum's with a letter for every axis: those of the ellipsis are of the letters that it leaves free.
type equation struct {
	terms  []string
	output string
	free   string
	extent map[rune]int
}

func equationOf(text string, shapes [][]int) equation {
	text = strings.ReplaceAll(text, " ", "")
	left, right, explicit := strings.Cut(text, "->")
	e := equation{extent: map[rune]int{}, free: strings.Map(func(r rune) rune {
		if strings.ContainsRune(text, r) {
			return -1
		}
		return r
	}, letters)}
	terms, dots := strings.Split(left, ","), 0
	hidden := func(i int) int { // axes that the ellipsis of a term stands for
		if !strings.Contains(terms[i], "...") {
			return 0
		}
		return len(shapes[i]) - len(terms[i]) + len("...")
	}
	for i := range terms {
		dots = max(dots, hidden(i))
	}
	ellipsis := e.free[:dots]
	e.free = e.free[dots:]
	for i, term := range terms {
		term = strings.ReplaceAll(term, "...", ellipsis[dots-hidden(i):])
		e.terms = append(e.terms, term)
		for axis, r := range term {
			e.extent[r] = max(e.extent[r], shapes[i][axis])
		}
	}
	if e.output = strings.ReplaceAll(right, "...", ellipsis); !explicit {
		e.output = ellipsis
		for _, r := range slices.Sorted(strings.SplitSeq(strings.Join(e.terms, ""), "")) {
			if strings.Count(left, r) == 1 {
				e.output += r
			}
		}
	}
	return e
}

// einsum is linear in each operand: what came back times the other operands has the labels of this one. A label that only this one has,
// or only this one at length, is that of ones, and one that it has twice leads along the diagonal of a matrix.
func einsum(b *backward, in *network.Instruction, g []int) error {
	text, _ := in.Attributes["equation"].(string)
	shapes := make([][]int, len(in.In))
	for i, v := range in.In {
		shapes[i] = b.shape(v)
	}
	e := equationOf(text, shapes)
	for i, v := range in.In {
		if !b.depends(v) {
			continue
		}
		factors, terms, has := []int{g[0]}, []string{e.output}, map[rune]int{}
		for _, r := range e.output {
			has[r] = e.extent[r]
		}
		for j, w := range in.In {
			if j != i {
				factors, terms = append(factors, w), append(terms, e.terms[j])
				for axis, r := range e.terms[j] {
					has[r] = max(has[r], shapes[j][axis])
				}
			}
		}
		free, labels, shape := e.free, "", []int{}
		for _, r := range e.terms[i] {
			n := e.extent[r]
			shape = append(shape, n)
			if has[r] < n {
				factors, terms, has[r] = append(factors, b.constant(tensor.ArrayOf(slices.Repeat([]float32{1}, n), n))), append(terms, string(r)), n
			}
			if strings.ContainsRune(labels, r) {
				unit := make([]float32, n*n)
				for k := range n {
					unit[k*n+k] = 1
				}
				factors, terms = append(factors, b.constant(tensor.ArrayOf(unit, n, n))), append(terms, string(r)+free[:1])
				labels, free = labels+free[:1], free[1:]
				continue
			}
			labels += string(r)
		}
		back := b.op("Einsum", map[string]any{"equation": strings.Join(terms, ",") + "->" + labels}, shape, factors...)
		b.add(v, b.fit(back, v))
	}
	return nil
}
